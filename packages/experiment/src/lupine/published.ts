/** Kuo, Williams, Koller, Mohan: A Linux in Unikernel Clothing. EuroSys 2020. Linux 4.0, x86-64, lmbench; figure 9 in nanoseconds, as measured in the drawing. */
export const LUPINE = {
  publication:
    'H.-C. Kuo, D. Williams, R. Koller, S. Mohan, "A Linux in Unikernel Clothing", EuroSys 2020, figures 9 and 10; Xeon E3-1270 v6, x86-64, Linux 4.0',
  /** A call, by SYSCALL (lupine-nokml) and in kernel mode (lupine). `gain` is what the text says, in percent. */
  calls: [
    { name: 'null', call: 'getppid', user: 32.8, kernel: 20.0, gain: 40 },
    { name: 'read', call: 'read', user: 56.0, kernel: 40.8, gain: 27 },
    { name: 'write', call: 'write', user: 40.2, kernel: 28.0, gain: 30 },
  ],
  /** Gain in percent of getppid with so many iterations of an empty loop after each call. */
  busy: [
    [0, 40],
    [10, 35],
    [20, 28.4],
    [40, 18.4],
    [80, 11],
    [160, 3.7],
  ],
} as const;
