/**
 * A tracer's access to another task's memory: protections do not hold, but writing to a page that the
 * task may not write makes it a private copy, and shared pages that it may not write stay as they are.
 * Linux 6.1 mm/memory.c: __access_remote_vm with FOLL_FORCE; mm/gup.c: check_vma_flags
 */
import { PAGE_MASK, PAGE_SIZE, PTE_PRESENT, PTE_WRITE, pteFrame } from '@kml/core';
import type { Kernel } from '../kernel.ts';
import type { Task, Vma } from '../types.ts';
import { resolveFault } from './fault.ts';
import { outOfMemory } from './oom.ts';
import { holdsFrame, PROT_READ, PROT_WRITE } from './pte.ts';
import { expandStack } from './stack-growth.ts';
import { findVmaIndex } from './vma.ts';

/** Tries after a page was taken again (page-out). */
const ATTEMPTS = 8;

/** Bytes read from the task's memory into `into`, up to the first that is not there. */
export function readRemote(kernel: Kernel, task: Task, address: number, into: Uint8Array): number {
  return access(kernel, task, address, into, 'read');
}

/** Bytes written; translated code of the page is dropped. */
export function writeRemote(kernel: Kernel, task: Task, address: number, bytes: Uint8Array): number {
  return access(kernel, task, address, bytes, 'write');
}

function access(kernel: Kernel, task: Task, address: number, bytes: Uint8Array, kind: 'read' | 'write'): number {
  let done = 0;
  while (done < bytes.length) {
    const at = (address >>> 0) + done;
    const frame = at < kernel.abi.taskSize ? remoteFrame(kernel, task, at, kind) : -1;
    if (frame < 0) break;
    const offset = at & PAGE_MASK;
    const piece = bytes.subarray(done, done + Math.min(bytes.length - done, PAGE_SIZE - offset));
    if (kind === 'read') kernel.memory.readFrame(frame, offset, piece);
    else kernel.memory.writeFrame(frame, offset, piece);
    done += piece.length;
  }
  return done;
}

/** The frame that the task has at an address, brought in for the access, or -1. */
function remoteFrame(kernel: Kernel, task: Task, at: number, kind: 'read' | 'write'): number {
  const { mm } = task;
  if (mm === undefined) return -1;
  const vma = mm.vmas[findVmaIndex(mm, at)];
  if (vma === undefined || (vma.start > at && !expandStack(kernel, task, mm, vma, at))) return -1;
  if (!mayForce(vma, kind)) return -1;
  const page = Math.floor(at / PAGE_SIZE);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const outcome = resolveFault(kernel, mm, vma, page, kind);
    if (outcome === 'bus') return -1;
    if (outcome === 'memory') outOfMemory(kernel, task);
    const entry = mm.space.pages.get(page);
    if (holdsFrame(entry) && (kind === 'read' || isOwn(entry, vma))) return pteFrame(entry);
  }
  return -1;
}

function mayForce(vma: Vma, kind: 'read' | 'write'): boolean {
  if (kind === 'read') return (vma.maxProt & PROT_READ) !== 0;
  if (vma.prot & PROT_WRITE) return true;
  return !vma.shared && (vma.maxProt & PROT_WRITE) !== 0;
}

/** A forced write has made the page the task's own, though its entry does not let it write. */
function isOwn(entry: number, vma: Vma): boolean {
  const writable = (entry & (PTE_PRESENT | PTE_WRITE)) === (PTE_PRESENT | PTE_WRITE);
  return writable || (vma.prot & PROT_WRITE) === 0;
}
