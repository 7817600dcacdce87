/**
 * The kernel's part of every address space, above LinuxAbi.taskSize. All of it is real guest memory:
 *
 *     text      entry code, vectors' targets, system-call stubs     read-only, executable, supervisor
 *     data      descriptor tables, sys_call_table, CPU words        writable, supervisor
 *     stacks    one kernel stack a task, thread_info at its bottom   writable, supervisor
 *
 * A user-mode process faults on it; a kernel-mode process may read it and write the data.
 */

/** Kernel text and data begin here, as offsets from LinuxAbi.taskSize. */
export const KERNEL_TEXT_OFFSET = 0x0010_0000;
export const KERNEL_DATA_OFFSET = 0x0040_0000;
export const KERNEL_STACKS_OFFSET = 0x0800_0000;

/** Kernel stack: 8 KiB, in slots of 16 KiB so that an unmapped page lies below each. */
export const STACK_SLOT_BYTES = 0x4000;
export const STACK_BYTES = 0x2000;

/** Words of the CPU area, at the start of kernel data (byte offsets). */
export const CPU_AREA = {
  /** Address of the current task's thread_info. */
  current: 0x00,
  /** Top of the current task's kernel stack (IA-32: equals TSS.esp0). */
  stackTop: 0x04,
  /** Scratch words for entry code. */
  scratch: 0x08,
  /** Clock mirror: ticks since boot; seconds and nanoseconds of real time at the last tick. */
  jiffies: 0x10,
  seconds: 0x14,
  nanoseconds: 0x18,
  /** Kernel entries by way, counted by the entry code itself. */
  entriesTrap: 0x20,
  entriesFast: 0x24,
  entriesDirect: 0x28,
  entriesRecognised: 0x2c,
  entriesFault: 0x30,
  entriesInterrupt: 0x34,
  /** Direct entries that went on through the full frame. */
  entriesDirectFull: 0x38,
  /** The same of recognised traps. */
  entriesRecognisedFull: 0x3c,
  /** Direct entries from rewritten trap instructions (rewrite/). */
  entriesRewritten: 0x40,
  size: 0x50,
} as const;

/** thread_info, at the lowest address of the kernel stack (byte offsets). */
export const THREAD_INFO = {
  flags: 0x00,
  /** Mirror of the task: pid, tid, state (index into TASK_STATES), comm (16 bytes). */
  pid: 0x04,
  tid: 0x08,
  state: 0x0c,
  comm: 0x10,
  /** Free for the ABI. */
  arch: 0x20,
  /** Where the task's last recognised trap goes on (RecognisedTrap). */
  recognised: 0x3c,
  size: 0x40,
} as const;

/** thread_info flags the entry code tests. */
export const TIF_SIGPENDING = 0x1;
export const TIF_NEED_RESCHED = 0x2;
/** Full register frame wanted at exit (ptrace, stop). */
export const TIF_NOTIFY = 0x4;
/** System-call entry is traced. */
export const TIF_TRACE = 0x8;
/** Traps are to be rewritten (rewrite/). */
export const TIF_REWRITE = 0x10;
/** Either of these: a system call by trap makes kernel call KC_SYSCALL_TRACE before it goes on. */
export const TIF_ENTRY_MASK = TIF_TRACE | TIF_REWRITE;
/** Kernel-mode user process; not work. */
export const TIF_KU = 0x8000_0000;
/** Any of these: the exit code makes kernel call KC_EXIT_WORK. */
export const TIF_WORK_MASK = TIF_SIGPENDING | TIF_NEED_RESCHED | TIF_NOTIFY;

/** Kernel-call numbers. 0 to 0xfff: the system call of that number (arguments as the ABI's C convention has them). */
export const KC_SYSCALL_LIMIT = 0x1000;
/** An exception: the ABI's readException tells frame, vector and error code. */
export const KC_EXCEPTION = 0x1000;
/** An interrupt: frame in the first argument register, line in the second. */
export const KC_INTERRUPT = 0x1001;
/** Pending work before going back to user code: frame in the first argument register. */
export const KC_EXIT_WORK = 0x1002;
/** System-call entry with work (TIF_ENTRY_MASK), the whole frame saved: frame in the first argument register. */
export const KC_SYSCALL_TRACE = 0x1003;
/** A new task's first instruction in the kernel. */
export const KC_SCHEDULE_TAIL = 0x1004;
/** Nothing to run: wait for an event (the idle loop). */
export const KC_IDLE = 0x1005;
/** From here up: the ABI's own (LinuxAbi.privateKernelCall). */
export const KC_PRIVATE = 0x1100;
