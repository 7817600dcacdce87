/** How it is measured. */
export const METHOD: readonly string[] = [
  "A guest program without libc (guest/src/ways.c) makes 100 calls between two readings of the time-stamp counter, best of eight rounds, after each the paper's own empty loop, its counter in memory as a compiler leaves it without optimisation. Unlike in lj2003 the loop counts: lmbench and the paper's program have one too.",
  "null is lmbench's: getppid. read takes a byte from /dev/zero, write gives one to /dev/null. In user mode the way is what AT_SYSINFO names (sysenter); in kernel mode it is the call gate by the same word.",
  "The paper's machine is 64-bit and enters by SYSCALL; this one runs the 32-bit entry code of Kernel Mode Linux on a model of the same core, which issues four micro-operations a cycle: costs are in issue slots, micro-operations as LLVM counts them, and the slots of one instruction after the other are added up. An out-of-order core overlaps them; the model cannot.",
];

/** What came of it. */
export const READING: readonly string[] = [
  "Fitted: the sum of sysenter, sysexit, popf and sti (whose part SYSCALL and SYSRET play in the paper) on null in user mode, and the work of getppid, read and write on each call's time in kernel mode. How the sum is split is assumed.",
  'Follows: read and write in user mode, so their gains, and the whole curve but its first point.',
  'The sum comes to thirteen cycles, which is less than SYSCALL and SYSRET alone take: the model charges the entry code around them too much, since it does not overlap, and the fit takes that back.',
  'One constant for the way in gives read less than the paper has, and write more: in the paper the calls save between 12.2 and 15.2 ns, here all save the same.',
  "The curve falls with the cost of one busy iteration, which is the model's: about 3 cycles, where the loop's real latency is four to six and its start overlaps with the call. So the paper's curve is above ours at first and below it in the end; no straight cost of an iteration gives both.",
];
