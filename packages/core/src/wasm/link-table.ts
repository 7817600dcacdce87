import { MAX_LINKS } from './control-words.ts';

/** A table as it is kept between runs: targets by number, and those of calls. Address and mode, by twos. */
export interface KeptLinks {
  readonly targets: Int32Array;
  readonly called: Int32Array;
}

const NO_LINKS: KeptLinks = { targets: new Int32Array(0), called: new Int32Array(0) };

/**
 * Numbers for the targets of direct calls and jumps between regions. Each address space has a table
 * slot for each link beside its look-up cache, so a call is wired only where the callee's pages are
 * mapped as the translation needs them.
 */
export class LinkTable {
  private readonly byMode = new Map<number, Map<number, number>>();
  /** Targets of calls, by mode. */
  private readonly called = new Map<number, Set<number>>();
  /** Those of an earlier run as long as they are not in the tables: few runs need more of them than a look for one. */
  private kept = NO_LINKS;
  /** How many there are. */
  count = 0;

  get isFull(): boolean {
    return this.count === MAX_LINKS;
  }

  /** The link of a target, or -1 if it has none. */
  find(pc: number, mode: number): number {
    const place = placeIn(this.kept.targets, pc, mode);
    return place >= 0 ? place : (this.byMode.get(mode)?.get(pc) ?? -1);
  }

  /** The link of a target, made if need be; -1 if there are no more. */
  linkFor(pc: number, mode: number): number {
    this.unpack();
    const known = this.find(pc, mode);
    if (known >= 0 || this.count === MAX_LINKS) return known;
    this.enter(pc, mode, this.count);
    return this.count++;
  }

  /** A direct call goes to the target. */
  noteCall(pc: number, mode: number): void {
    this.unpack();
    const targets = this.called.get(mode);
    if (targets) targets.add(pc);
    else this.called.set(mode, new Set([pc]));
  }

  isCalled(pc: number, mode: number): boolean {
    return placeIn(this.kept.called, pc, mode) >= 0 || (this.called.get(mode)?.has(pc) ?? false);
  }

  save(): KeptLinks {
    this.unpack();
    const targets = new Int32Array(2 * this.count);
    const called: number[] = [];
    for (const [mode, links] of this.byMode) {
      for (const [pc, link] of links) [targets[2 * link], targets[2 * link + 1]] = [pc, mode];
    }
    for (const [mode, pcs] of this.called) for (const pc of pcs) called.push(pc, mode);
    return { targets, called: Int32Array.from(called) };
  }

  /** Begins with the links of an earlier run. The table is empty. */
  restore(kept: KeptLinks): void {
    this.kept = kept;
    this.count = kept.targets.length >> 1;
  }

  clear(): void {
    this.called.clear();
    this.byMode.clear();
    this.kept = NO_LINKS;
    this.count = 0;
  }

  private enter(pc: number, mode: number, link: number): void {
    const links = this.byMode.get(mode);
    if (links) links.set(pc, link);
    else this.byMode.set(mode, new Map([[pc, link]]));
  }

  private unpack(): void {
    const { targets, called } = this.kept;
    if (this.kept === NO_LINKS) return;
    this.kept = NO_LINKS;
    for (let at = 0; at < targets.length; at += 2) this.enter(targets[at]!, targets[at + 1]!, at >> 1);
    for (let at = 0; at < called.length; at += 2) this.noteCall(called[at]!, called[at + 1]!);
  }
}

/** Which of these addresses with modes, by twos, it is; -1: none. */
function placeIn(pairs: Int32Array, pc: number, mode: number): number {
  for (let at = pairs.indexOf(pc); at >= 0; at = pairs.indexOf(pc, at + 1)) {
    if ((at & 1) === 0 && pairs[at + 1] === mode) return at >> 1;
  }
  return -1;
}
