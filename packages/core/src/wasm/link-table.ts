import { MAX_LINKS } from './control-words.ts';

/**
 * Numbers for the targets of direct calls and jumps between regions. Each address space has a table
 * slot for each link beside its look-up cache, so a call is wired only where the callee's pages are
 * mapped as the translation needs them.
 */
export class LinkTable {
  private readonly byMode = new Map<number, Map<number, number>>();
  /** Targets of calls, by mode. */
  private readonly called = new Map<number, Set<number>>();
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

  /** A direct call goes to the target. */
  noteCall(pc: number, mode: number): void {
    const targets = this.called.get(mode);
    if (targets) targets.add(pc);
    else this.called.set(mode, new Set([pc]));
  }

  isCalled(pc: number, mode: number): boolean {
    return this.called.get(mode)?.has(pc) ?? false;
  }

  clear(): void {
    this.called.clear();
    this.byMode.clear();
    this.count = 0;
  }
}
