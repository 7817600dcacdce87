import { ENXIO } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import type { OpenFile, PathRef } from '../types.ts';
import { newFile } from './file.ts';
import type { FileQueue } from './notify.ts';
import { O_ACCMODE, O_NONBLOCK, O_RDONLY, O_WRONLY } from './open-flags.ts';
import { enterFifo, fifoOf, pipeOf } from './pipe.ts';

/**
 * Opens an end of a FIFO. Where the other end is not there the open has to wait (fifoWait), or for a
 * non-blocking writer fails with -ENXIO. Linux 6.1 fs/pipe.c: fifo_open
 */
export function openFifo(kernel: Kernel, ref: PathRef, flags: number): OpenFile | number {
  const pipe = fifoOf(ref.dentry.inode!);
  if ((flags & O_ACCMODE) === O_WRONLY && flags & O_NONBLOCK && pipe.readers === 0) return -ENXIO;
  const file = newFile('pipe', ref, flags, pipe);
  enterFifo(kernel, pipe, flags);
  return file;
}

/** How often the other end had been opened when this one was: the open waits for more. */
export function fifoSeen(file: OpenFile): number {
  const pipe = pipeOf(file);
  return (file.flags & O_ACCMODE) === O_RDONLY ? pipe.writerOpens : pipe.readerOpens;
}

/** The queue an open() has to wait on for the other end, or undefined if it is there or was (`seen`, from fifoSeen). */
export function fifoWait(file: OpenFile, seen: number): FileQueue | undefined {
  if (file.kind !== 'pipe' || file.flags & O_NONBLOCK) return undefined;
  // An anonymous pipe opened through /proc/self/fd never waits. Linux: fifo_open, is_pipe
  if (file.inode.superblock.kind === 'internal') return undefined;
  const pipe = pipeOf(file);
  const access = file.flags & O_ACCMODE;
  const present =
    access === O_RDONLY
      ? pipe.writers > 0 || pipe.writerOpens !== seen
      : access === O_WRONLY
        ? pipe.readers > 0 || pipe.readerOpens !== seen
        : true;
  return present ? undefined : pipe.queue;
}
