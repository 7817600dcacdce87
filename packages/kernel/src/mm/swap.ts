/**
 * Swap slots: allocation, reference counts and content. A page of one word repeated (most often
 * zeros) is kept as that word; others go to the host's swap port, or to chunks in memory where the
 * host has none.
 */
import { PAGE_SIZE } from '@kml/core';
import { InternalError } from '../internal-error.ts';
import type { Kernel } from '../kernel.ts';
import { type MmState, mmState, type SwapState } from './state.ts';

/** Pages in one chunk of the in-memory store. */
const SWAP_CHUNK_SLOTS = 64;
/** The frame field of a page-table entry names the slot. */
export const MAX_SWAP_SLOTS = (1 << 20) - 1;

const buffer = new Uint8Array(PAGE_SIZE);
const words = new Int32Array(buffer.buffer);

/** A slot with no references yet, or 0 if swap is full. */
export function allocSlot(state: MmState): number {
  const { swap } = state;
  const limit = Math.min(swap.limit, MAX_SWAP_SLOTS);
  if (swap.used >= limit) dropCleanCopies(state);
  if (swap.used >= limit) return 0;
  let slot = swap.free.pop();
  if (slot === undefined) {
    slot = swap.fresh++;
    if (slot >= swap.refs.length) growSlots(swap);
  }
  swap.used++;
  return slot;
}

/** Whether anonymous memory can go anywhere. */
export function canSwap(state: MmState): boolean {
  const { swap } = state;
  return swap.used < Math.min(swap.limit, MAX_SWAP_SLOTS) || swap.frames.size > 0;
}

function growSlots(swap: SwapState): void {
  const length = Math.max(1024, swap.refs.length * 2);
  const { refs, word, uniform } = swap;
  swap.refs = new Int32Array(length);
  swap.refs.set(refs);
  swap.word = new Int32Array(length);
  swap.word.set(word);
  swap.uniform = new Uint8Array(length);
  swap.uniform.set(uniform);
}

/** Gives up slots that only double the content of a frame. */
function dropCleanCopies(state: MmState): void {
  const { swap, frames } = state;
  for (const [slot, frame] of swap.frames) {
    if (swap.refs[slot]! > 0) continue;
    swap.frames.delete(slot);
    frames.slot[frame] = 0;
    freeSlot(swap, slot);
  }
}

function freeSlot(swap: SwapState, slot: number): void {
  swap.used--;
  swap.free.push(slot);
}

/** One more entry names the slot. */
export function holdSlot(state: MmState, slot: number): void {
  state.swap.refs[slot]!++;
}

/** An entry no longer names the slot; the last one frees it, unless a frame still pairs with it. */
export function releaseSlot(state: MmState, slot: number): void {
  const { swap } = state;
  if (!(swap.refs[slot]! > 0)) throw new InternalError('swap-slot', `swap slot ${slot} has no references`);
  if (--swap.refs[slot]! > 0 || swap.frames.has(slot)) return;
  freeSlot(swap, slot);
}

/** The frame's content departs from its slot's (it will be written, or it is freed). */
export function forgetSwapCopy(state: MmState, frame: number): void {
  const slot = state.frames.slot[frame]!;
  if (slot === 0) return;
  state.frames.slot[frame] = 0;
  state.swap.frames.delete(slot);
  if (state.swap.refs[slot] === 0) freeSlot(state.swap, slot);
}

/** Notes that frame and slot hold the same content. */
export function pairSwapCopy(state: MmState, frame: number, slot: number): void {
  state.frames.slot[frame] = slot;
  state.swap.frames.set(slot, frame);
}

/** Writes the frame's content to the slot. */
export function writeSlot(kernel: Kernel, slot: number, frame: number): void {
  const { swap } = mmState(kernel);
  kernel.memory.readFrame(frame, 0, buffer);
  const word = words[0]!;
  let same = 1;
  while (same < words.length && words[same] === word) same++;
  swap.uniform[slot] = same === words.length ? 1 : 0;
  if (same === words.length) {
    swap.word[slot] = word;
    return;
  }
  if (kernel.host.swap) kernel.host.swap.write(slot, buffer);
  else slotBytes(swap, slot).set(buffer);
}

/** Fills the frame with the slot's content. */
export function readSlot(kernel: Kernel, slot: number, frame: number): void {
  const { swap } = mmState(kernel);
  const uniform = swap.uniform[slot] !== 0;
  if (uniform && swap.word[slot] === 0) {
    kernel.memory.zeroFrame(frame);
    return;
  }
  if (uniform) words.fill(swap.word[slot]!);
  else if (kernel.host.swap) kernel.host.swap.read(slot, buffer);
  else buffer.set(slotBytes(swap, slot));
  kernel.memory.writeFrame(frame, 0, buffer);
}

function slotBytes(swap: SwapState, slot: number): Uint8Array {
  const chunk = Math.floor(slot / SWAP_CHUNK_SLOTS);
  const bytes = (swap.chunks[chunk] ??= new Uint8Array(SWAP_CHUNK_SLOTS * PAGE_SIZE));
  const at = (slot % SWAP_CHUNK_SLOTS) * PAGE_SIZE;
  return bytes.subarray(at, at + PAGE_SIZE);
}

/** Slots that the host's swap holds the content of, with that content; one array serves all. */
export function* swapContents(kernel: Kernel): Generator<{ slot: number; bytes: Uint8Array }> {
  const { swap } = mmState(kernel);
  const store = kernel.host.swap;
  if (store === undefined) return;
  const bytes = new Uint8Array(PAGE_SIZE);
  for (let slot = 1; slot < swap.fresh; slot++) {
    if (!hasBytes(swap, slot)) continue;
    store.read(slot, bytes);
    yield { slot, bytes };
  }
}

/** Whether the slot is in use and its page is not one word repeated. */
function hasBytes(swap: SwapState, slot: number): boolean {
  return swap.uniform[slot] === 0 && (swap.refs[slot]! > 0 || swap.frames.has(slot));
}

/** Puts the content of a saved machine's slot where this host keeps it. */
export function putSwapContent(kernel: Kernel, slot: number, bytes: Uint8Array): void {
  if (kernel.host.swap) kernel.host.swap.write(slot, bytes);
  else slotBytes(mmState(kernel).swap, slot).set(bytes);
}

/** Moves what a saved machine kept in memory to the host's swap, where this host has one. */
export function moveSwapToHost(kernel: Kernel): void {
  const { swap } = mmState(kernel);
  const store = kernel.host.swap;
  if (store === undefined || swap.chunks.length === 0) return;
  for (let slot = 1; slot < swap.fresh; slot++) if (hasBytes(swap, slot)) store.write(slot, slotBytes(swap, slot));
  swap.chunks = [];
}
