import { MAX_LINKS } from './control-words.ts';

/** A table as it is kept between runs: targets by number, and those of calls. Address and mode, by twos. */
export interface KeptLinks {
  readonly targets: readonly number[];
  readonly called: readonly number[];
}

/**
 * Numbers for the targets of direct calls and jumps between regions. Each address space has a table
 * slot for each link beside its look-up cache, so a call is wired only where the callee's pages are
 * mapped as the translation needs them.
 */
export class LinkTable {
  private readonly byMode = new Map<number, Map<number, number>>();
  /** Targets of calls, by mode. */
  private readonly called = new Map<number, Set<number>>();
  /** How many there are. */
  count = 0;

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

  save(): KeptLinks {
    const targets: number[] = [];
    const called: number[] = [];
    for (const [mode, links] of this.byMode) {
      for (const [pc, link] of links) [targets[2 * link], targets[2 * link + 1]] = [pc, mode];
    }
    for (const [mode, pcs] of this.called) for (const pc of pcs) called.push(pc, mode);
    return { targets, called };
  }

  /** Begins with the links of an earlier run. The table is empty. */
  restore({ targets, called }: KeptLinks): void {
    for (let at = 0; at < targets.length; at += 2) this.linkFor(targets[at]!, targets[at + 1]!);
    for (let at = 0; at < called.length; at += 2) this.noteCall(called[at]!, called[at + 1]!);
  }

  clear(): void {
    this.called.clear();
    this.byMode.clear();
    this.count = 0;
  }
}
