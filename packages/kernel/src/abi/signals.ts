/** Signals where they cross to the program: how many there are, sets in memory, wait status. */
import type { Kernel } from '../kernel.ts';
import { NSIG } from '../signal/numbers.ts';
import type { SigSet } from '../types.ts';
import { nativeNumber } from './numbers.ts';
import { StructReader, StructWriter } from './struct.ts';

const WORD = 0xffff_ffffn;

/** The last signal's number. */
export function lastSignal(kernel: Kernel): number {
  return kernel.abi.signalCount ?? NSIG;
}

/** Bytes of a sigset_t. */
export function sigSetBytes(kernel: Kernel): number {
  return lastSignal(kernel) / 8;
}

function permute(set: SigSet, place: (signo: number) => number): SigSet {
  let moved = 0n;
  for (let rest = set, signo = 1; rest !== 0n; rest >>= 1n, signo++) {
    const to = (rest & 1n) !== 0n ? place(signo) : 0;
    if (to >= 1 && to <= 128) moved |= 1n << BigInt(to - 1);
  }
  return moved;
}

/** A program's set, in the kernel's numbers. */
export function genericSet(kernel: Kernel, set: SigSet): SigSet {
  const table = kernel.abi.numbers?.signal;
  return table === undefined ? set : permute(set, (signo) => table.toGeneric(signo));
}

/** A set of the kernel's, in the program's numbers. */
export function nativeSet(kernel: Kernel, set: SigSet): SigSet {
  const table = kernel.abi.numbers?.signal;
  return table === undefined ? set : permute(set, (signo) => table.toNative(signo));
}

/** A set in memory: 32-bit words, the lowest signals first. */
export function decodeSigSet(kernel: Kernel, bytes: Uint8Array): SigSet {
  const reader = new StructReader(kernel, bytes);
  let set = 0n;
  for (let at = bytes.length - 4; at >= 0; at -= 4) set = (set << 32n) | BigInt(reader.u32(at));
  return genericSet(kernel, set);
}

export function encodeSigSet(kernel: Kernel, set: SigSet, length: number): Uint8Array {
  const out = new StructWriter(kernel, length);
  let rest = nativeSet(kernel, set);
  for (let at = 0; at < length; at += 4, rest >>= 32n) out.u32(Number(rest & WORD));
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
