/**
 * Rewriting of trap instructions: the first trap that is taken at a place in a kernel-mode program's text
 * turns it into a direct call. What the CPU has executed as a trap is one, so data is never changed.
 * Where a file's traps were found is remembered: the next process that maps it has them rewritten as the
 * page is first used.
 */
import { PAGE_SIZE } from '@kml/core';
import type { Kernel } from '../kernel.ts';
import type { KernelException } from '../linux-abi.ts';
import { holdsFrame } from '../mm/pte.ts';
import { findVma } from '../mm/vma.ts';
import { frameAddress } from '../task/thread-info.ts';
import type { Mm, Task } from '../types.ts';
import { knownPages, knownSites, type MmRewrite, newMmRewrite, noteKnownSite, rewriteState } from './state.ts';
import { allocateStub, releaseStub } from './stubs.ts';
import { readText, rewritable, sameBytes, writeText } from './text.ts';

/** Whether a program's traps are to be rewritten. */
export function rewrites(kernel: Kernel, kernelMode: boolean): boolean {
  return kernelMode && kernel.options.rewrite === true && kernel.abi.rewrite !== undefined;
}

/** exec: makes an address space ready. 0 or -errno. */
export function prepareRewriting(kernel: Kernel, mm: Mm): number {
  const gates = kernel.abi.rewrite!.prepare?.(kernel, mm) ?? [];
  if (typeof gates === 'number') return gates;
  mm.rewrite = newMmRewrite(gates);
  return 0;
}

/** A system call by trap: rewrites its site, and those known on the same page. */
export function rewriteTrap(kernel: Kernel, task: Task): void {
  const { mm } = task;
  const rewrite = mm?.rewrite;
  if (mm === undefined || rewrite === undefined || rewrite.off) return;
  const site = kernel.abi.rewrite!.trapSite(kernel, frameAddress(kernel, task));
  if (site < 0 || site >= kernel.abi.taskSize || inOwnMemory(rewrite, site)) return;
  const reason = rewrite.left.get(site);
  if (reason !== undefined) {
    rewriteState(kernel).left.get(reason)!.calls++;
    return;
  }
  if (rewrite.sites.has(site) && !repair(kernel, mm, rewrite, site)) return;
  const refused = rewriteSite(kernel, mm, rewrite, site);
  if (refused !== undefined) leave(kernel, rewrite, site, refused);
  else catchUp(kernel, mm, site);
}

/** Rewrites what is known on the page of an address. */
export function patchKnownSites(kernel: Kernel, mm: Mm, address: number): void {
  const { rewrite } = mm;
  if (rewrite === undefined || rewrite.off) return;
  const vma = findVma(mm, address);
  if (vma?.file === undefined) return;
  for (const site of knownSites(kernel, vma, Math.floor(address / PAGE_SIZE))) {
    if (!rewrite.sites.has(site) && !rewrite.left.has(site)) rewriteSite(kernel, mm, rewrite, site);
  }
}

/**
 * Rewrites what has become known since the pages of a file's mapping were mapped: other processes run the
 * same program, and this one was forked or started before they came by.
 */
function catchUp(kernel: Kernel, mm: Mm, site: number): void {
  const vma = findVma(mm, site);
  if (vma === undefined) return;
  for (const page of knownPages(kernel, vma)) {
    if (holdsFrame(mm.space.pages.get(page))) patchKnownSites(kernel, mm, page * PAGE_SIZE);
  }
}

/** An exception that comes of rewriting, not of the program: dealt with. */
export function fixupRewriting(kernel: Kernel, task: Task, exception: KernelException): boolean {
  if (task.mm?.rewrite === undefined || !kernel.abi.rewrite!.fixup?.(kernel, task, exception)) return false;
  rewriteState(kernel).resumed++;
  return true;
}

function inOwnMemory({ areas, gates }: MmRewrite, site: number): boolean {
  return [...areas, ...gates].some(({ start, end }) => site >= start && site < end);
}

function leave(kernel: Kernel, rewrite: MmRewrite, site: number, reason: string): void {
  rewrite.left.set(site, reason);
  const { left } = rewriteState(kernel);
  const entry = left.get(reason) ?? { sites: 0, calls: 0 };
  entry.sites++;
  entry.calls++;
  left.set(reason, entry);
}

/**
 * A trap at a site that was rewritten. The page was taken back to the file's (madvise): it is changed
 * again; the program has put other code there: true, the site is to be looked at afresh.
 */
function repair(kernel: Kernel, mm: Mm, rewrite: MmRewrite, site: number): boolean {
  const { start, original, patch, stub } = rewrite.sites.get(site)!;
  const present = readText(kernel, mm, start, patch.length);
  if (present === undefined || sameBytes(present, patch)) return false;
  if (sameBytes(present, original)) {
    writeText(kernel, mm, start, patch);
    return false;
  }
  rewrite.sites.delete(site);
  if (stub >= 0) releaseStub(kernel, rewrite, stub);
  kernel.abi.rewrite!.sitesChanged?.(kernel, mm, undefined);
  return true;
}

/** Why a site is not rewritten, or undefined. */
function rewriteSite(kernel: Kernel, mm: Mm, rewrite: MmRewrite, site: number): string | undefined {
  const abi = kernel.abi.rewrite!;
  const plan = abi.plan(kernel, mm, site, (address, length) => readText(kernel, mm, address, length));
  if (typeof plan === 'string') return plan;
  const { start, original } = plan;
  const vma = rewritable(mm, start, start + original.length);
  if (typeof vma === 'string') return vma;
  let stub = -1;
  if (plan.stub !== undefined) {
    stub = allocateStub(kernel, mm, rewrite, plan.stub, start);
    if (stub < 0) return 'no place for a stub within reach';
  }
  const made = plan.make(stub);
  const written = made.stub === undefined || writeText(kernel, mm, stub, made.stub);
  if (!written || !writeText(kernel, mm, start, made.patch)) {
    if (stub >= 0) releaseStub(kernel, rewrite, stub);
    return 'no memory';
  }
  rewrite.sites.set(site, { start, original, patch: made.patch, stub });
  abi.sitesChanged?.(kernel, mm, site);
  const state = rewriteState(kernel);
  state.patches++;
  if (noteKnownSite(kernel, vma, site)) state.sites++;
  return undefined;
}
