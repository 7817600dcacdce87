/**
 * Cycles that memory management's own work costs the guest, beside WORK.pageFault and the calls'
 * flat costs. All assumed: a Pentium 4 class machine that moves about 4 bytes a cycle.
 */
export const MM_WORK = {
  /** Bytes that a copy to or from a task's memory moves in a cycle. */
  copyBytes: 4,
  zeroPage: 1000,
  copyPage: 1500,
  /** One page from the file system into the page cache. */
  readPage: 4000,
  /** One page to or from swap. */
  swapPage: 6000,
  /** One page-table entry copied by fork, or emptied by munmap and exit. */
  copyEntry: 12,
  zapEntry: 15,
} as const;
