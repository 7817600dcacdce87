import type { LiftedBlock } from '../engine/translator-port.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import { PAGE_MASK, PAGE_SHIFT, PAGE_SIZE } from '../memory/memory-map.ts';

/** Guest code within one page: addresses [start, end), and the frame they are in. `end` may be the next page's first. */
export interface CodeExtent {
  readonly start: number;
  readonly end: number;
  readonly frame: number;
}

/**
 * What blocks were made from, each byte once: neighbours and overlapping blocks are joined.
 * @param align alignment of instructions: bits of pc below it are no address
 */
export function extentsOf(blocks: readonly LiftedBlock[], align: number): CodeExtent[] {
  const parts: { start: number; end: number; frame: number }[] = [];
  for (const { pc, endPc, frame, secondFrame } of blocks) {
    const start = pc & -align;
    const end = start + (((endPc & -align) - start) | 0);
    const border = (start & ~PAGE_MASK) + PAGE_SIZE;
    parts.push({ start, end: Math.min(end, border), frame });
    if (end > border) parts.push({ start: border, end, frame: secondFrame });
  }
  parts.sort((a, b) => a.start - b.start);
  const joined: typeof parts = [];
  for (const part of parts) {
    const last = joined.at(-1);
    const samePage = last !== undefined && last.start >> PAGE_SHIFT === part.start >> PAGE_SHIFT;
    if (samePage && part.start <= last.end) last.end = Math.max(last.end, part.end);
    else joined.push({ ...part });
  }
  return joined;
}

/** The bytes of extents, one behind the other. */
export function readExtents(memory: GuestMemory, extents: readonly CodeExtent[]): Uint8Array {
  const bytes = new Uint8Array(extents.reduce((sum, { start, end }) => sum + end - start, 0));
  let at = 0;
  for (const { start, end, frame } of extents) {
    memory.readFrame(frame, start & PAGE_MASK, bytes.subarray(at, at + end - start));
    at += end - start;
  }
  return bytes;
}

/** Whether the extents' bytes are just the given ones. */
export function isCodeOf(memory: GuestMemory, extents: readonly CodeExtent[], code: Uint8Array): boolean {
  const here = readExtents(memory, extents);
  if (here.length !== code.length) return false;
  for (let at = 0; at < here.length; at++) if (here[at] !== code[at]) return false;
  return true;
}
