/** What the program does to mappings that rewriting has changed or made. */
import type { Kernel } from '../kernel.ts';
import type { Mm } from '../types.ts';
import type { MmRewrite, RewrittenSite } from './state.ts';
import { releaseStub } from './stubs.ts';
import { readText, sameBytes, writeText } from './text.ts';

const overlaps = (range: { start: number; end: number }, start: number, end: number): boolean =>
  range.start < end && range.end > start;

/**
 * Stubs or gates in [start, end) are about to go, or to lose their content or rights: the text that uses
 * them gets its traps back. Without a gate nothing is rewritten any more.
 */
export function giveUpStubs(kernel: Kernel, mm: Mm, start: number, end: number): void {
  const { rewrite } = mm;
  if (rewrite === undefined) return;
  if (rewrite.gates.some((gate) => overlaps(gate, start, end))) {
    rewrite.off = true;
    restore(kernel, mm, rewrite, () => true);
  }
  const lost = rewrite.areas.filter((area) => overlaps(area, start, end));
  if (lost.length === 0) return;
  rewrite.areas = rewrite.areas.filter((area) => !lost.includes(area));
  restore(kernel, mm, rewrite, ({ stub }) => lost.some((area) => stub >= area.start && stub < area.end));
}

/** The mappings in [start, end) are about to go. Text that is to be mapped elsewhere (`moves`) gets its traps back. */
export function forgetText(kernel: Kernel, mm: Mm, start: number, end: number, moves = false): void {
  const { rewrite } = mm;
  if (rewrite === undefined) return;
  giveUpStubs(kernel, mm, start, end);
  for (const site of rewrite.left.keys()) if (site >= start && site < end) rewrite.left.delete(site);
  const inRange = (site: RewrittenSite): boolean => site.start < end && site.start + site.patch.length > start;
  if (moves) restore(kernel, mm, rewrite, inRange);
  else drop(kernel, mm, rewrite, inRange);
}

function restore(kernel: Kernel, mm: Mm, rewrite: MmRewrite, which: (site: RewrittenSite) => boolean): void {
  for (const site of rewrite.sites.values()) {
    if (!which(site)) continue;
    const present = readText(kernel, mm, site.start, site.patch.length);
    if (present !== undefined && sameBytes(present, site.patch)) writeText(kernel, mm, site.start, site.original);
  }
  drop(kernel, mm, rewrite, which);
}

function drop(kernel: Kernel, mm: Mm, rewrite: MmRewrite, which: (site: RewrittenSite) => boolean): void {
  let changed = false;
  for (const [address, site] of rewrite.sites) {
    if (!which(site)) continue;
    rewrite.sites.delete(address);
    if (site.stub >= 0) releaseStub(kernel, rewrite, site.stub);
    changed = true;
  }
  if (changed && !rewrite.off) kernel.abi.rewrite!.sitesChanged?.(kernel, mm, undefined);
}
