/**
 * Numbers that differ between ABIs: errno, signals, flags, commands. The kernel works in asm-generic's;
 * an ABI lists where its own differ (LinuxAbi.numbers), and the calls that carry them translate.
 */
import type { Kernel } from '../kernel.ts';

/** Both directions of one kind of number. */
export interface NumberTable {
  toGeneric(native: number): number;
  toNative(generic: number): number;
}

/** What differs, as pairs. What no pair names is the same in both. */
export type NumberPairs = readonly (readonly [generic: number, native: number])[];

/**
 * Kinds of number. Those that are argument types of system calls (syscalls/define.ts) are translated
 * as arguments are read; the rest by the calls whose structures or results carry them.
 */
export type NumberKind =
  /** Error numbers: results, SO_ERROR. */
  | 'errno'
  /** Signal numbers: arguments, sets, siginfo, wait status. */
  | 'signal'
  /** Flags of open, and those of pipe2, eventfd2, socket, … that share their bits. */
  | 'oflags'
  | 'fcntl'
  /** Commands of ioctl. */
  | 'ioctl'
  | 'mapflags'
  /** Flags of mlockall. */
  | 'mlockflags'
  /** Resources of getrlimit. */
  | 'rlimit'
  /** First argument of sigprocmask. */
  | 'sighow'
  /** sa_flags. */
  | 'saflags'
  /** si_code below 0. */
  | 'sicode'
  /** Events of poll (not of epoll, which are the same everywhere). */
  | 'poll'
  | 'socktype'
  /** SOL_SOCKET as the level of getsockopt. */
  | 'socklevel'
  /** Options of level SOL_SOCKET. */
  | 'sockopt'
  /** Flag words of struct termios. */
  | 'iflag'
  | 'oflag'
  | 'cflag'
  | 'lflag';

export type AbiNumbers = { readonly [kind in NumberKind]?: NumberTable };

/** What a number becomes that the other side has no word for: nothing that any call knows. */
export const NO_NUMBER = 0xffff_ffff;

/** A table of single values. A value whose place another took has no counterpart. */
export function valueTable(pairs: NumberPairs): NumberTable {
  const native = new Map(pairs);
  const generic = new Map(pairs.map(([ours, theirs]) => [theirs, ours]));
  return {
    toGeneric: (value) => generic.get(value) ?? (native.has(value) ? NO_NUMBER : value),
    toNative: (value) => native.get(value) ?? (generic.has(value) ? NO_NUMBER : value),
  };
}

function moveBits(value: number, pairs: NumberPairs): number {
  let moved = 0;
  for (const [from, to] of pairs) if ((value & from) !== 0) moved |= to;
  return moved;
}

/** A table of flag words: each pair is one bit. Bits whose place another took are dropped. */
export function bitTable(pairs: NumberPairs): NumberTable {
  const back: NumberPairs = pairs.map(([ours, theirs]) => [theirs, ours]);
  const touched = pairs.reduce((bits, [ours, theirs]) => bits | ours | theirs, 0);
  return {
    toGeneric: (value) => ((value & ~touched) | moveBits(value, back)) >>> 0,
    toNative: (value) => ((value & ~touched) | moveBits(value, pairs)) >>> 0,
  };
}

/** A number from the program, as the kernel has it. */
export function genericNumber(kernel: Kernel, kind: NumberKind, value: number): number {
  return kernel.abi.numbers?.[kind]?.toGeneric(value) ?? value;
}

/** A number of the kernel's, as the program has it. */
export function nativeNumber(kernel: Kernel, kind: NumberKind, value: number): number {
  return kernel.abi.numbers?.[kind]?.toNative(value) ?? value;
}
