/** Kernel stacks: one a task, in slots with an unmapped guard below each (see kernel-memory.ts). */
import { PAGE_SHIFT, PAGE_SIZE, pteFrame } from '@kml/core';
import { ENOMEM } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { KERNEL_STACKS_OFFSET, STACK_BYTES, STACK_SLOT_BYTES } from '../kernel-memory.ts';
import { freeFrames, releaseFrame } from './frames.ts';
import { mapKernelPage } from './kernel-image.ts';
import { reclaimFrames } from './reclaim.ts';
import { mmState } from './state.ts';

/** Lowest address of the stack in a slot: its thread_info lies there. */
export function kernelStackBase(kernel: Kernel, slot: number): number {
  const slots = kernel.abi.taskSize + KERNEL_STACKS_OFFSET;
  return slots + (slot + 1) * STACK_SLOT_BYTES - STACK_BYTES;
}

/** First address above the stack in a slot. */
export function kernelStackTop(kernel: Kernel, slot: number): number {
  return kernelStackBase(kernel, slot) + STACK_BYTES;
}

function slotLimit(kernel: Kernel): number {
  return Math.floor((0x1_0000_0000 - kernel.abi.taskSize - KERNEL_STACKS_OFFSET) / STACK_SLOT_BYTES) - 1;
}

/** A zeroed kernel stack: its slot number, or -ENOMEM. */
export function allocKernelStack(kernel: Kernel): number {
  const { stackSlots } = mmState(kernel);
  const pages = STACK_BYTES / PAGE_SIZE;
  if (freeFrames(kernel) < pages) reclaimFrames(kernel, pages);
  if (freeFrames(kernel) < pages) return -ENOMEM;
  const slot = stackSlots.free.pop() ?? stackSlots.next;
  if (slot >= slotLimit(kernel)) return -ENOMEM;
  if (slot === stackSlots.next) stackSlots.next++;
  const first = kernelStackBase(kernel, slot) >>> PAGE_SHIFT;
  for (let page = 0; page < pages; page++) mapKernelPage(kernel, first + page, true, false);
  return slot;
}

/** Gives a kernel stack back. No CPU may be on it. */
export function freeKernelStack(kernel: Kernel, slot: number): void {
  const first = kernelStackBase(kernel, slot) >>> PAGE_SHIFT;
  const space = kernel.mmu.kernelOnly;
  for (let page = first; page < first + STACK_BYTES / PAGE_SIZE; page++) {
    const entry = space.pages.get(page);
    kernel.mmu.setEntry(space, page, 0);
    releaseFrame(kernel, pteFrame(entry));
  }
  mmState(kernel).stackSlots.free.push(slot);
}
