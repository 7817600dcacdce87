/**
 * The OS seam: what Linux looks like on an ISA. One plain object per ABI implements LinuxAbi; this
 * file is the porting checklist. Kernel code works in asm-generic numbers and layouts; an ABI that
 * differs translates here, at the edge.
 */
import type { Cpu, IsaBackend, Slot } from '@kml/core';
import type { AbiLayouts } from './abi/layouts.ts';
import type { AbiNumbers } from './abi/numbers.ts';
import type { DebugAbi } from './debug-abi.ts';
import type { Kernel } from './kernel.ts';
import type { RewriteAbi } from './rewrite/rewrite-abi.ts';
import type { SyscallDef } from './syscalls/define.ts';
import type { Inode, Mm, SigAction, SigInfo, SigSet, Task } from './types.ts';

/** A piece of the kernel image. */
export interface KernelSegment {
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly writable: boolean;
  readonly executable: boolean;
  /** User code may read it (and execute it, if executable); the name under which /proc/PID/maps shows it. */
  readonly userName?: string;
  /** Its page is mapped a second time, at this page, writable for the kernel alone. */
  readonly writableAt?: number;
}

/** Kernel text and data as guest memory, made by the ABI from its entry code. */
export interface KernelImage {
  readonly segments: readonly KernelSegment[];
  /** Addresses of entry points, tables and stubs by name: 'sys_call_table', 'ret_from_fork', 'idt', … shown in oops reports and /proc/kallsyms. */
  readonly symbols: ReadonlyMap<string, number>;
  readonly textStart: number;
  readonly textEnd: number;
}

/** An exception as the kernel sees it, whatever the ISA. One that is a page fault is overwritten by the next (pageFaultException). */
export interface KernelException {
  /** Address of the register frame. */
  readonly frame: number;
  /** It came from user code (a kernel-mode user process counts as user). */
  readonly fromUser: boolean;
  readonly cause:
    | {
        readonly kind: 'page';
        readonly address: number;
        readonly access: 'read' | 'write' | 'execute';
        readonly present: boolean;
      }
    /** Nothing comes of it: the ABI has dealt with it. */
    | { readonly kind: 'none' }
    /** Anything else: what becomes of it. `name` is the CPU's ("general protection"). */
    | {
        readonly kind: 'signal';
        readonly signo: number;
        readonly code: number;
        readonly address: number;
        readonly name: string;
      };
}

/** What an ELF file says of itself that only its ABI understands. */
export interface ProgramMarks {
  /** e_flags. */
  readonly flags: number;
  /** Contents of the segment of type LinuxAbi.markSegment, if the file has one. */
  readonly segment: Uint8Array | undefined;
}

/** What a new program's registers are made from. */
export interface ProgramStart {
  readonly entry: number;
  readonly sp: number;
  readonly kernelMode: boolean;
  /** Marks of the program, and of its interpreter if it has one. */
  readonly marks?: readonly ProgramMarks[];
}

export interface ElfHeaderFacts {
  readonly class: number;
  readonly data: number;
  readonly machine: number;
  readonly flags: number;
}

/** A counter of the CPU that programs can read. */
export interface VdsoCounter {
  /** Cycles of the CPU in one of its steps. */
  readonly cycles: number;
  /** Its low 32 bits as they are now, signed or not. */
  value(cpu: Cpu): number;
}

/** A way of system calls into the kernel that a program can take, as the entry code counts them. */
export type EntryWay = 'trap' | 'fast' | 'direct' | 'recognised';

/** File status, generic. */
export interface Stat {
  dev: number;
  ino: number;
  mode: number;
  nlink: number;
  uid: number;
  gid: number;
  rdev: number;
  size: number;
  blksize: number;
  blocks: number;
  atime: bigint;
  mtime: bigint;
  ctime: bigint;
}

export interface LinuxAbi {
  /** Name of the ABI: 'i386'. */
  readonly name: string;
  readonly isa: IsaBackend;
  /** Slot of the program's stack pointer while the CPU is in a mode that has one of its own: for call traces in reports. */
  readonly bankedStackPointer?: string;
  /** uname's machine field. */
  readonly machine: string;
  /** Why an ELF file is not for this ABI, or undefined if it is. */
  checkElf(header: ElfHeaderFacts): string | undefined;
  /** Type of a program header whose segment's contents the ABI wants to see (MIPS: PT_MIPS_ABIFLAGS). */
  readonly markSegment?: number;

  /** Addresses that shmat takes are multiples of this: a page if left out. Linux: SHMLBA */
  readonly shmAlignment?: number;
  /** First address that is the kernel's; user addresses lie below. */
  readonly taskSize: number;
  /** Top of the main stack's area; mappings grow down from mmapBase; PIE programs load at dynBase. */
  readonly stackTop: number;
  readonly mmapBase: number;
  readonly dynBase: number;

  // ---- kernel image and boot
  /** Kernel text and data, made at the first call. Nobody writes to it. */
  buildImage(): KernelImage;
  /**
   * Loads descriptor tables, control registers and the like, once, with the image mapped. Leaves the
   * CPU at the idle loop (KC_IDLE over and over) with interrupts enabled, at kernel privilege, on the
   * kernel stack of `state.current`, the idle task.
   */
  boot(kernel: Kernel): void;
  /** Length of the kernel-call instruction: a call that blocks is put back by so much. */
  readonly kernelCallBytes: number;
  /** Kernel calls from KC_PRIVATE up. Answers KERNEL_GO_ON or KERNEL_LEAVE. */
  privateKernelCall(kernel: Kernel, number: number): number;

  // ---- system calls
  /** Ways of system calls into the kernel by the program's mode: the trap, then the one that AT_SYSINFO tells of, if it does. */
  readonly entryWays: Readonly<Record<'user' | 'kernel', readonly EntryWay[]>>;
  /** Names by number; a name stands for a row of the kernel's table or of privateSyscalls. */
  readonly syscallNumbers: ReadonlyMap<number, string>;
  /** Calls that only this ABI has. */
  readonly privateSyscalls: readonly SyscallDef[];
  /** Options of prctl(2) that only this ABI has: a result or -errno; undefined for one it does not know. */
  prctl?(kernel: Kernel, task: Task, option: number, second: number, third: number): number | undefined;
  /** The first `count` argument words (6 at most, where alignsPairs 7) of the system call whose stub made the kernel call, into `words`. */
  syscallArguments(kernel: Kernel, count: number, words: Int32Array): void;
  /** Whether a 64-bit argument starts at an even argument word (ARM, MIPS, PowerPC; not IA-32). */
  readonly alignsPairs?: boolean;
  /** Where the stub returns its result: a value or -errno. */
  readonly resultSlot: Slot & { readonly type: 'i32' };
  /** First and second argument registers of other kernel calls. */
  kernelCallArgument(kernel: Kernel, index: number): number;
  /**
   * A signal is about to be delivered at this frame: a recognised trap (RecognisedTrap) that has left its word and
   * whose entry has not taken it up is undone, for the handler's own would overwrite it.
   */
  undoRecognised?(kernel: Kernel, frame: number): void;
  /** The exception behind KC_EXCEPTION. */
  readException(kernel: Kernel): KernelException;
  /**
   * A fault of kernel text that it is prepared for (the entry code touching the user's stack): points
   * the frame at the repair and answers true. Without it, or with false, such a fault is an oops.
   * Linux 6.1 arch/x86/mm/extable.c: fixup_exception
   */
  fixupException?(kernel: Kernel, exception: KernelException): boolean;

  // ---- tasks. A frame is the user's registers on a kernel stack, at frameAddress
  /** Bytes of a frame; it lies at the top of the kernel stack. */
  readonly frameBytes: number;
  /** Writes the frame a program starts with (all registers cleared but these). */
  startFrame(kernel: Kernel, task: Task, frame: number, start: ProgramStart): void;
  /** Completes a copied frame for a new task: result 0, and its stack pointer if `sp` is not 0. */
  forkFrame(kernel: Kernel, child: Task, frame: number, sp: number): void;
  /** CPU state with which a new task enters the kernel: at ret_from_fork, on its kernel stack. `parent` is the CPU's present state (for floating point and TLS). */
  newContext(kernel: Kernel, child: Task, parent: Task | undefined): void;
  /** Sets the thread's TLS from clone's argument; -errno or 0. */
  setTls(kernel: Kernel, task: Task, argument: number): number;
  /**
   * The CPU now runs `task`: kernel stack for traps (TSS.esp0), TLS descriptors, and the address-space
   * register (id of `task.mm.space`; a task without mm keeps the present one). The state itself was
   * loaded by the kernel, which also calls mmu.activate. Called again after exec and set_thread_area.
   */
  switchTo(kernel: Kernel, task: Task): void;
  /** exec: forget floating point state, TLS and the like of the old program. */
  flushThread(kernel: Kernel, task: Task): void;
  readonly frame: {
    pc(kernel: Kernel, frame: number): number;
    setPc(kernel: Kernel, frame: number, value: number): void;
    sp(kernel: Kernel, frame: number): number;
    setSp(kernel: Kernel, frame: number, value: number): void;
    /** The link register, where calls leave their return addresses in one. */
    link?(kernel: Kernel, frame: number): number;
    /** The system-call result register, as int32. */
    result(kernel: Kernel, frame: number): number;
    setResult(kernel: Kernel, frame: number, value: number): void;
    /** Number of the system call the frame is of, or -1. */
    syscall(kernel: Kernel, frame: number): number;
    /** Marks that no system call is to be restarted (orig_eax = -1). */
    clearSyscall(kernel: Kernel, frame: number): void;
    /** Arranges that the trap is executed again with the original number, or with restart_syscall's. */
    restart(kernel: Kernel, frame: number, viaRestartSyscall: boolean): void;
    /** Registers for reports, by the debugger's names. */
    registers(kernel: Kernel, frame: number): Record<string, number>;
  };

  // ---- signals
  /** Writes the signal frame to the user's stack and points the frame at the handler. False: could not be written (SIGSEGV). */
  setupSignal(kernel: Kernel, task: Task, frame: number, info: SigInfo, action: SigAction, mask: SigSet): boolean;
  /** sigreturn (`rt` false) and rt_sigreturn: restores registers and mask from the user's stack. False: bad frame (SIGSEGV). */
  sigreturn(kernel: Kernel, task: Task, frame: number, rt: boolean): boolean;

  /** Rewriting of trap instructions in kernel-mode programs; left out where it is not offered. */
  readonly rewrite?: RewriteAbi;

  // ---- tracing and core files
  readonly debug: DebugAbi;

  // ---- programs
  /** Auxiliary-vector entries beside the generic ones: AT_SYSINFO, AT_SYSINFO_EHDR, AT_HWCAP, … AT_PLATFORM's string comes from `platform`; '': there is none. */
  auxv(kernel: Kernel, task: Task, mm: Mm): [type: number, value: number][];
  readonly platform: string;
  /** AT_BASE_PLATFORM's string; left out where there is none. */
  readonly basePlatform?: string;
  /** The vDSO's image (an ELF file, whole pages). */
  vdso(kernel: Kernel): Uint8Array;
  /** Name of the vDSO's mapping, '[vdso]' if left out (ARM: a page of code without an ELF header). */
  readonly vdsoName?: string;
  /** What the vDSO's functions tell the time by; with it, the page of time/vdso-data.ts lies in front of the image. Left out where the vDSO tells no time. */
  readonly vdsoCounter?: VdsoCounter;
  /** Address of a function of the vDSO as `mm` maps it. */
  vdsoSymbol(mm: Mm, name: string): number;

  // ---- numbers and structures: what differs from asm-generic
  /** Numbers that differ, by kind (abi/numbers.ts). */
  readonly numbers?: AbiNumbers;
  /** Signals there are: 64 if left out. A sigset_t has so many bits. */
  readonly signalCount?: 64 | 128;
  /** Structures that differ (abi/layouts.ts). */
  readonly layouts?: AbiLayouts;
  /** Alignment of 64-bit members of structures in bytes; 4 (as on i386) if left out. */
  readonly u64Alignment?: 4 | 8;
  encodeStat64(stat: Stat): Uint8Array;
  encodeStat(stat: Stat): Uint8Array | undefined;
  /** Text of /proc/cpuinfo. */
  cpuinfo(kernel: Kernel): string;
}

export type { Inode };
