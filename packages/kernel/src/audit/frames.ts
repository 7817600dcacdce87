import { pteFrame } from '@kml/core';
import type { Kernel } from '../kernel.ts';
import { holdsFrame, isSwapEntry } from '../mm/pte.ts';
import { FRAME_ANON, FRAME_CACHE, FRAME_FREE, FRAME_KERNEL, mmState } from '../mm/state.ts';
import type { Inode } from '../types.ts';

const PAGES = 2 ** 20;

/** Page frames and swap slots in use. */
export interface FrameAccounts {
  readonly kernelFrames: number;
  readonly anonFrames: number;
  readonly cacheFrames: number;
  readonly swapSlots: number;
}

export function frameAccounts(kernel: Kernel): FrameAccounts {
  const { frames, swap } = mmState(kernel);
  const owners = frames.owner.subarray(0, frames.fresh);
  const count = (owner: number): number => owners.reduce((sum, each) => sum + (each === owner ? 1 : 0), 0);
  return {
    kernelFrames: count(FRAME_KERNEL),
    anonFrames: count(FRAME_ANON),
    cacheFrames: count(FRAME_CACHE),
    swapSlots: swap.used,
  };
}

/**
 * Counts anew what refers to each frame and swap slot: page tables, and the page caches of the inodes.
 * Answers a line for each count of the kernel's that is another.
 */
export function auditFrames(kernel: Kernel, inodes: Iterable<Inode>): string[] {
  const state = mmState(kernel);
  const { frames, swap } = state;
  const refs = new Int32Array(frames.fresh);
  const slots = new Int32Array(swap.refs.length);
  const note = (_page: number, entry: number): void => {
    if (holdsFrame(entry)) refs[pteFrame(entry)]!++;
    else if (isSwapEntry(entry)) slots[pteFrame(entry)]!++;
  };
  for (const mm of state.mms) mm.space.pages.forEach(0, kernel.abi.taskSize / 4096, note);
  kernel.mmu.kernelOnly.pages.forEach(0, PAGES, note);
  for (const inode of inodes) {
    for (const page of inode.pages.values()) refs[page.frame]!++;
  }
  if (state.zeroFrame >= 0) refs[state.zeroFrame]!++;
  const faults: string[] = [];
  for (let frame = 0; frame < frames.fresh; frame++) {
    const kept = frames.owner[frame] === FRAME_FREE ? 0 : frames.refs[frame]!;
    if (kept !== refs[frame]) {
      faults.push(`frame ${frame} (owner ${frames.owner[frame]}): ${kept} references kept, ${refs[frame]} found`);
    }
  }
  for (let slot = 1; slot < swap.fresh; slot++) {
    if (swap.refs[slot] !== slots[slot]) {
      faults.push(`swap slot ${slot}: ${swap.refs[slot]} references kept, ${slots[slot]} found`);
    }
  }
  return faults;
}
