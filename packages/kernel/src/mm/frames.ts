/** Page frames: allocation, reference counts, owners. */
import type { Kernel } from '../kernel.ts';
import type { Inode } from '../types.ts';
import { reclaimFrames } from './reclaim.ts';
import { FRAME_ANON, FRAME_CACHE, FRAME_FREE, FRAME_KERNEL, type FrameState, mmState } from './state.ts';
import { forgetSwapCopy } from './swap.ts';

/** Frames kept back for the kernel itself and for page-out to work with. */
export function reserveFrames(kernel: Kernel): number {
  return Math.max(8, Math.min(256, kernel.memory.frameCount >> 6));
}

/** Frames that can be had without reclaiming. */
export function freeFrames(kernel: Kernel): number {
  const { frames } = mmState(kernel);
  return frames.freeCount + (kernel.memory.frameCount - frames.fresh);
}

/** Frames from this one on were never given out: they are zero. */
export function untouchedFrames(kernel: Kernel): number {
  return mmState(kernel).frames.fresh;
}

function takeFrame(kernel: Kernel, frames: FrameState): number {
  let frame = -1;
  if (frames.freeCount > 0) frame = frames.free[--frames.freeCount]!;
  else if (frames.fresh < kernel.memory.frameCount) {
    frame = frames.fresh++;
    frames.inode[frame] = undefined;
  }
  // Nothing maps a free frame, so no writable translation is left either.
  if (frame >= 0) kernel.memory.everWritable[frame] = 0;
  return frame;
}

/**
 * A frame for the kernel itself (text, data, stacks), or -1. May use the reserve. Its content is zero.
 */
export function allocKernelFrame(kernel: Kernel): number {
  const { frames } = mmState(kernel);
  if (freeFrames(kernel) <= reserveFrames(kernel) >> 1) reclaimFrames(kernel, reserveFrames(kernel));
  const frame = takeFrame(kernel, frames);
  if (frame < 0) return -1;
  frames.owner[frame] = FRAME_KERNEL;
  frames.refs[frame] = 1;
  kernel.memory.zeroFrame(frame);
  return frame;
}

/**
 * A frame for user memory, with one reference and undefined content, or -1 where neither free memory
 * nor page-out gives one. May page out: frames that the caller still needs must be referenced.
 */
export function allocAnonFrame(kernel: Kernel): number {
  return allocUserFrame(kernel, FRAME_ANON);
}

/** As allocAnonFrame, for page `index` of the inode's page cache (the reference is the cache's). */
export function allocCacheFrame(kernel: Kernel, inode: Inode, index: number): number {
  const frame = allocUserFrame(kernel, FRAME_CACHE);
  if (frame < 0) return -1;
  const { frames } = mmState(kernel);
  frames.inode[frame] = inode;
  frames.index[frame] = index;
  frames.referenced[frame] = 1;
  frames.cached++;
  return frame;
}

/**
 * Page-out before user memory takes from the reserve. Where it found nothing, looking through all of memory
 * again for each further page would find nothing either: the next try is where the reserve ends.
 */
function reclaimForUser(kernel: Kernel, reserve: number): void {
  const state = mmState(kernel);
  const before = freeFrames(kernel);
  if (state.reclaimFailed && before > reserve >> 1) return;
  reclaimFrames(kernel, reserve);
  state.reclaimFailed = freeFrames(kernel) <= reserve;
}

function allocUserFrame(kernel: Kernel, owner: number): number {
  const { frames } = mmState(kernel);
  const reserve = reserveFrames(kernel);
  if (freeFrames(kernel) <= reserve) {
    reclaimForUser(kernel, reserve);
    if (freeFrames(kernel) <= reserve >> 1) return -1;
  }
  const frame = takeFrame(kernel, frames);
  if (frame < 0) return -1;
  frames.owner[frame] = owner;
  frames.refs[frame] = 1;
  frames.slot[frame] = 0;
  return frame;
}

/** Adds a reference. */
export function holdFrame(kernel: Kernel, frame: number): void {
  mmState(kernel).frames.refs[frame]!++;
}

/** Drops a reference; the last one frees the frame. */
export function releaseFrame(kernel: Kernel, frame: number): void {
  const state = mmState(kernel);
  const { frames } = state;
  if (--frames.refs[frame]! > 0) return;
  if (frames.owner[frame] === FRAME_ANON) forgetSwapCopy(state, frame);
  if (frames.owner[frame] === FRAME_CACHE) frames.cached--;
  frames.owner[frame] = FRAME_FREE;
  frames.inode[frame] = undefined;
  frames.referenced[frame] = 0;
  frames.free[frames.freeCount++] = frame;
}

/** The frame of zeros, made at first use; -1 if there is no memory. */
export function zeroFrame(kernel: Kernel): number {
  const state = mmState(kernel);
  if (state.zeroFrame < 0) state.zeroFrame = allocKernelFrame(kernel);
  return state.zeroFrame;
}
