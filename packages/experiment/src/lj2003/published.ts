/** Toshiyuki Maeda: Kernel Mode Linux. Linux Journal 109, May 2003. On a Pentium 4, in cycles by RDTSC, called without libc. */
export const LJ2003 = {
  publication: 'T. Maeda, "Kernel Mode Linux", Linux Journal 109 (May 2003), table 2 and running text; Pentium 4',
  /** By a call of the kernel's function, in kernel mode. */
  function: { getpid: 12, gettimeofday: 404 },
  /** By sysenter, on the original kernel. */
  fast: { getpid: 432, gettimeofday: 820 },
  /** How many times a function call a software interrupt takes, and sysenter. */
  ratio: { trap: 132, fast: 36 },
} as const;
