import { MAX_LINKS } from './control-words.ts';

/**
 * Numbers for the targets of direct calls and jumps between regions. Each address space has a table
 * slot for each link beside its look-up cache, so a call is wired only where the callee's pages are
 * mapped as the translation needs them.
 */
export class LinkTable {
  private readonly byMode = new Map<number, Map<number, number>>();
  private count = 0;

  /** The link of a target, or -1 if it has none. */
  find(pc: number, mode: number): number {
    return this.byMode.get(mode)?.get(pc) ?? -1;
  }

  /** The link of a target, made if need be; -1 if there are no more. */
  linkFor(pc: number, mode: number): number {
    const known = this.find(pc, mode);
    if (known >= 0 || this.count === MAX_LINKS) return known;
    let links = this.byMode.get(mode);
    if (links === undefined) {
      links = new Map();
      this.byMode.set(mode, links);
    }
    links.set(pc, this.count);
    return this.count++;
  }

  clear(): void {
    this.byMode.clear();
    this.count = 0;
  }
}
