/** How it is measured. */
export const METHOD: readonly string[] = [
  "A guest program without libc (guest/src/ways.c) makes 400 calls by one way between two readings of the CPU's own cycle counter, and the same loop with nothing in the call's place; the difference is the call. It takes the best of eight rounds, so that no timer interrupt is in it.",
  'Counters: RDTSC on IA-32, PMCCNTR on ARM, Count on MIPS (by what RDHWR says that its step is), the time base on PowerPC (by the clock and the time base in /proc/cpuinfo). The slowest, the time base, steps once in 16 cycles, which is 0.04 cycles a call.',
  '"function" is a plain call, by a program in kernel mode, of the kernel\'s function that sys_call_table has. The article\'s 12 cycles are compared with that: the call gate of Kernel Mode Linux is some twenty instructions, and does not fit. "direct" is that gate, by the address in AT_SYSINFO: the way an unmodified C library goes. "recognised" is a trap instruction that the machine takes as a call of the gate, which no hardware does (kml run --recognise); "rewritten" is one in whose place the kernel has put a call (kml run --rewrite).',
  "The machine is modelled: a class of instructions costs what the CPU model says, the kernel's entry and exit code is guest code that costs what its instructions cost, and the work behind it is a constant of each call.",
];

/** What came of it. */
export const READING: readonly string[] = [
  'Fitted: the sum of interrupt and iret on getpid by int 0x80 at 132 times a function call, the sum of sysenter and sysexit on getpid at 432 cycles, the work of getpid on 12 cycles, and the work of gettimeofday on 404 by function call. How each sum is split between going in and coming out is assumed.',
  'Follows: gettimeofday by sysenter, and with it the 416 cycles between its two ways. No constant was chosen for either.',
  'The gate costs several times the bare call, and still a small part of sysenter: what the article promised a program, an unmodified program does not wholly get.',
];
