/** What rewriting keeps: per address space in Mm.rewrite, of the whole machine under `sub.rewrite`. Plain data. */
import type { Kernel } from '../kernel.ts';
import type { Mm, Vma } from '../types.ts';

export interface RewrittenSite {
  /** First byte that changed; what was there, and what is there now. */
  start: number;
  original: Uint8Array;
  patch: Uint8Array;
  /** Address of its stub, or -1. */
  stub: number;
}

/** Mapped memory for stubs, in slots. */
export interface StubArea {
  start: number;
  end: number;
  /** By slot: 1 where a stub lies. */
  used: Uint8Array;
}

export interface MmRewrite {
  sites: Map<number, RewrittenSite>;
  /** Sites that stay as they are, and why. */
  left: Map<number, string>;
  areas: StubArea[];
  /** What LinuxAbi.rewrite.prepare mapped. */
  gates: { start: number; end: number }[];
  /** A gate was taken away: nothing is rewritten any more. */
  off: boolean;
}

export interface RewriteState {
  /** Sites of files, found as their traps were taken: by file and page within it, offsets in the page. */
  known: Map<string, Map<number, number[]>>;
  /** Different places of files and of anonymous memory that were rewritten, and how often it was done. */
  sites: number;
  patches: number;
  /** Exceptions that came of rewriting and went on as the program meant. */
  resumed: number;
  /** Places left as they are, and traps taken there, by reason. */
  left: Map<string, { sites: number; calls: number }>;
}

/** Rewriting's state of this kernel. */
export function rewriteState(kernel: Kernel): RewriteState {
  const present = kernel.state.sub.rewrite as RewriteState | undefined;
  if (present !== undefined) return present;
  const fresh: RewriteState = { known: new Map(), sites: 0, patches: 0, resumed: 0, left: new Map() };
  kernel.state.sub.rewrite = fresh;
  return fresh;
}

export function newMmRewrite(gates: { start: number; end: number }[]): MmRewrite {
  return { sites: new Map(), left: new Map(), areas: [], gates, off: false };
}

/** What a mapping's file is known by, with its size and time of change; '' where there is none. */
function fileKey(vma: Vma): string {
  return vma.file === undefined ? '' : vma.image.slice(0, vma.image.lastIndexOf('@'));
}

/** Page within the mapped file. */
function filePage(vma: Vma, page: number): number {
  return page + (vma.offset - vma.start) / 4096;
}

/** Sites known on a page of a mapping, as addresses. */
export function knownSites(kernel: Kernel, vma: Vma, page: number): readonly number[] {
  const offsets = rewriteState(kernel).known.get(fileKey(vma))?.get(filePage(vma, page));
  return offsets === undefined ? [] : offsets.map((offset) => page * 4096 + offset);
}

/** Pages of a mapping that sites are known on. */
export function knownPages(kernel: Kernel, vma: Vma): number[] {
  const pages = rewriteState(kernel).known.get(fileKey(vma));
  if (pages === undefined) return [];
  const first = filePage(vma, 0);
  return [...pages.keys()]
    .map((index) => index - first)
    .filter((page) => page * 4096 >= vma.start && page * 4096 < vma.end);
}

/** Whether a page of a file mapping is to be left to a fault of its own, which finds its sites. */
export function hasKnownSites(kernel: Kernel, mm: Mm, vma: Vma, page: number): boolean {
  if (mm.rewrite === undefined || mm.rewrite.off) return false;
  return rewriteState(kernel).known.get(fileKey(vma))?.has(filePage(vma, page)) === true;
}

/** Notes a site for processes to come. Whether it is new. */
export function noteKnownSite(kernel: Kernel, vma: Vma, site: number): boolean {
  const key = fileKey(vma);
  if (key === '') return true;
  const { known } = rewriteState(kernel);
  let pages = known.get(key);
  if (pages === undefined) known.set(key, (pages = new Map()));
  const page = Math.floor(site / 4096);
  const index = filePage(vma, page);
  let offsets = pages.get(index);
  if (offsets === undefined) pages.set(index, (offsets = []));
  const offset = site - page * 4096;
  if (offsets.includes(offset)) return false;
  offsets.push(offset);
  return true;
}
