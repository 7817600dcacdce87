/** Signals where they cross to the program: how many there are, sets in memory, wait status. */
import type { Kernel } from '../kernel.ts';
import { NSIG } from '../signal/numbers.ts';
import { hasSignal, isEmptySet, NO_SIGNALS, setOfWords, sigBit, union, wordOf } from '../signal/sig-set.ts';
import type { SigSet } from '../types.ts';
import { nativeNumber } from './numbers.ts';
import { StructReader, StructWriter } from './struct.ts';

/** The last signal's number. */
export function lastSignal(kernel: Kernel): number {
  return kernel.abi.signalCount ?? NSIG;
}

/** Bytes of a sigset_t. */
export function sigSetBytes(kernel: Kernel): number {
  return lastSignal(kernel) / 8;
}

function permute(set: SigSet, place: (signo: number) => number): SigSet {
  let moved = NO_SIGNALS;
  for (let signo = 1; signo <= 128; signo++) {
    const to = hasSignal(set, signo) ? place(signo) : 0;
    if (to >= 1 && to <= 128) moved = union(moved, sigBit(to));
  }
  return moved;
}

/** A program's set, in the kernel's numbers. */
export function genericSet(kernel: Kernel, set: SigSet): SigSet {
  const table = kernel.abi.numbers?.signal;
  return table === undefined || isEmptySet(set) ? set : permute(set, (signo) => table.toGeneric(signo));
}

/** A set of the kernel's, in the program's numbers. */
export function nativeSet(kernel: Kernel, set: SigSet): SigSet {
  const table = kernel.abi.numbers?.signal;
  return table === undefined || isEmptySet(set) ? set : permute(set, (signo) => table.toNative(signo));
}

/** A set in memory: 32-bit words, the lowest signals first. */
export function decodeSigSet(kernel: Kernel, bytes: Uint8Array): SigSet {
  const reader = new StructReader(kernel, bytes);
  const word = (at: number): number => (at < bytes.length ? reader.i32(at) : 0);
  return genericSet(kernel, setOfWords(word(0), word(4), word(8), word(12)));
}

export function encodeSigSet(kernel: Kernel, set: SigSet, length: number): Uint8Array {
  const out = new StructWriter(kernel, length);
  const native = nativeSet(kernel, set);
  for (let at = 0; at < length; at += 4) out.u32(wordOf(native, at >> 2));
  return out.bytes;
}

/** A wait status, its signal in the program's numbers. */
export function nativeStatus(kernel: Kernel, status: number): number {
  if (kernel.abi.numbers?.signal === undefined || status === 0xffff) return status;
  const low = status & 0x7f;
  if (low === 0x7f) {
    // Bit 7 and an event stand beside the signal of a tracer's stop.
    const signo = (status >> 8) & 0x7f;
    return (status & ~0x7f00) | (nativeNumber(kernel, 'signal', signo) << 8);
  }
  return low === 0 ? status : (status & ~0x7f) | nativeNumber(kernel, 'signal', low);
}
