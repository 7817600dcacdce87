import type { NumberKind } from '../abi/numbers.ts';
import type { Kernel } from '../kernel.ts';
import type { Task } from '../types.ts';

/** Arguments whose numbers differ between ABIs: handed over in the kernel's (abi/numbers.ts). */
export type ArgKind = Extract<
  NumberKind,
  'signal' | 'oflags' | 'fcntl' | 'ioctl' | 'mapflags' | 'mlockflags' | 'rlimit' | 'sighow'
>;

/**
 * C types of system-call arguments; they decide how strace shows them and how they are read:
 * 'u64' takes two argument words (aligned where the ABI aligns pairs) and is handed over as a number,
 * signed (loff_t). All others are one word: 'int', 'long', 'fd' and 'pid' signed, the rest unsigned.
 */
export type ArgType =
  | 'int'
  | 'uint'
  | 'long'
  | 'ulong'
  | 'size'
  | 'fd'
  | 'ptr'
  | 'path'
  | 'buf'
  | 'outbuf'
  | 'mode'
  | 'flags'
  | 'pid'
  | 'u64'
  | ArgKind;

/** By argument, the place of its first word, and how many words all take; `alignsPairs` as LinuxAbi has it. */
export function argumentPlaces(args: readonly ArgType[], alignsPairs = false): { places: number[]; words: number } {
  const places: number[] = [];
  let words = 0;
  for (const type of args) {
    const isPair = type === 'u64';
    if (isPair && alignsPairs && words & 1) words++;
    places.push(words);
    words += isPair ? 2 : 1;
  }
  return { places, words };
}

export type SyscallStatus =
  | { readonly level: 'full' }
  /** Works but for what the note says. */
  | { readonly level: 'partial'; readonly note: string }
  /** Answers -errno (or 0) and does nothing; the note says why that is right enough. */
  | { readonly level: 'stub'; readonly note: string };

/**
 * Result ≥ 0, -errno, an in-kernel restart class, BLOCKED or NO_RESULT (errno.ts). Addresses are
 * returned as unsigned numbers.
 */
export type SyscallHandler = (kernel: Kernel, task: Task, ...args: number[]) => number;

/** A row of the system-call table. */
export interface SyscallDef {
  readonly name: string;
  readonly args: readonly ArgType[];
  readonly handler: SyscallHandler;
  readonly status: SyscallStatus;
  /** Takes no arguments, changes nothing, never fails or waits, and answers by the kernel's state alone: as long as the kernel does nothing else its answer holds (steady.ts). */
  readonly steady?: true;
  /** Modelled cycles of the kernel's work; syscallTable fills it in (work-cost.ts). */
  readonly work?: number;
}

const FULL: SyscallStatus = { level: 'full' };

export function full(name: string, args: readonly ArgType[], handler: SyscallHandler): SyscallDef {
  return { name, args, handler, status: FULL };
}

/** A call that only reads a word of the kernel's (SyscallDef.steady). */
export function steady(name: string, handler: SyscallHandler): SyscallDef {
  return { name, args: [], handler, status: FULL, steady: true };
}

export function partial(name: string, args: readonly ArgType[], note: string, handler: SyscallHandler): SyscallDef {
  return { name, args, handler, status: { level: 'partial', note } };
}

/** A call that only ever gives `result` (0 or -errno). */
export function stub(name: string, args: readonly ArgType[], result: number, note: string): SyscallDef {
  return { name, args, handler: () => result, status: { level: 'stub', note } };
}
