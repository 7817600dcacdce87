/** Mappings of shared segments as they come and go. Linux 6.1 ipc/shm.c: shm_open, shm_close */
import type { Kernel } from '../../kernel.ts';
import { releaseSharedMemory } from '../../mm/shared-memory.ts';
import type { OpenFile } from '../../types.ts';
import { ipcRemove, seconds } from './ids.ts';
import { type ShmSegment, sysvState } from './state.ts';

/** Mode bit: the segment goes with its last mapping. */
export const SHM_DEST = 0o1000;

export function segmentOf(file: OpenFile): ShmSegment {
  return file.data as ShmSegment;
}

/** Mappings of a segment. */
export function attachCount(segment: ShmSegment): number {
  let count = 0;
  for (const file of segment.attached) count += file.refs;
  return count;
}

function currentPid(kernel: Kernel): number {
  return kernel.state.current?.group.pid ?? 0;
}

/** A mapping was made, by shmat or by fork. */
export function segmentMapped(kernel: Kernel, file: OpenFile): void {
  const segment = segmentOf(file);
  segment.atime = seconds(kernel);
  segment.lastUser = currentPid(kernel);
}

/** A mapping went. */
export function releaseAttachment(kernel: Kernel, file: OpenFile): void {
  const segment = segmentOf(file);
  segment.dtime = seconds(kernel);
  segment.lastUser = currentPid(kernel);
  dropAttachment(kernel, file);
}

/** Gives back one hold of an attachment; a removed segment goes with the last one. */
export function dropAttachment(kernel: Kernel, file: OpenFile): void {
  const segment = segmentOf(file);
  if (--file.refs === 0) segment.attached.splice(segment.attached.indexOf(file), 1);
  if (segment.mode & SHM_DEST && attachCount(segment) === 0) destroySegment(kernel, segment);
}

export function destroySegment(kernel: Kernel, segment: ShmSegment): void {
  ipcRemove(sysvState(kernel).shm, segment);
  releaseSharedMemory(kernel, segment.memory);
}
