/**
 * Saving and restoring the kernel. Its state is plain data and is saved as it is; what follows is what
 * must be looked after because the host is another one: clocks, open host files, the terminal, swap.
 */
import { resumeConsole } from '../fs/fs-api.ts';
import type { Kernel, KernelState } from '../kernel.ts';
import { moveSwapToHost } from '../mm/swap.ts';
import { monotonicNs, resumeClock } from '../time/clock.ts';
import { updateVdsoData } from '../time/vdso-data.ts';
import { type HostFileChange, type HostFileRecord, recordHostFiles, restoreHostFiles } from './host-files.ts';

/** What a save file has of the kernel: its state and what of the host it stands on. Plain data. */
export interface SavedKernel {
  state: KernelState;
  clock: { kind: 'real' | 'virtual'; monotonic: bigint };
  /** Where a repeatable source of randomness stands. */
  entropy: number | undefined;
  hostFiles: HostFileRecord[];
}

/** @param objects all objects that the kernel's state reaches */
export function saveKernel(kernel: Kernel, objects: Iterable<object>): SavedKernel {
  return {
    state: kernel.state,
    clock: { kind: kernel.options.time, monotonic: monotonicNs(kernel) },
    entropy: kernel.host.entropy.position?.(),
    hostFiles: recordHostFiles(objects),
  };
}

/**
 * Puts a saved kernel's state in the place of this one's, which must not have booted; CPU, MMU and
 * engine were restored before. Then come the page frames and, by putSwapContent, what was paged out; then
 * resumeKernel.
 * @param objects all objects of the save file
 * @returns host files that are not what they were
 */
export function restoreKernel(kernel: Kernel, saved: SavedKernel, objects: readonly object[]): HostFileChange[] {
  Object.assign(kernel.state, saved.state);
  resumeClock(kernel, saved.clock.monotonic, saved.clock.kind);
  if (saved.entropy !== undefined) kernel.host.entropy.seek?.(saved.entropy);
  moveSwapToHost(kernel);
  if (kernel.options.strace === undefined) for (const task of kernel.state.tasks.values()) task.traceEntry = undefined;
  return restoreHostFiles(kernel, objects, saved.hostFiles);
}

/**
 * The last step, with memory in place, for it writes there: tells the guest of the clock, where it is of another kind
 * than it was, and of the terminal's size.
 */
export function resumeKernel(kernel: Kernel, savedClock: 'real' | 'virtual'): void {
  if (savedClock !== kernel.options.time) updateVdsoData(kernel, monotonicNs(kernel));
  resumeConsole(kernel);
}
