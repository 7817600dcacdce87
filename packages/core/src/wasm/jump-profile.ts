import { PackedLists, pack } from '../engine/packed-lists.ts';

/** Targets kept of one jump. */
const MAX_TARGETS = 64;
/** Targets so far from the jump belong to other functions: they stay regions of their own. */
const NEAR = 0x8000;

/** A computed jump in translated code, and where it was seen to go. */
export interface ComputedJump {
  /** Its instruction's address, and the mode. */
  readonly pc: number;
  readonly mode: number;
  /** It is a call. */
  readonly isCall: boolean;
  readonly targets: number[];
}

/**
 * Where computed jumps go, learned when the look-up cache has no answer for them. A region that is
 * translated again takes what it knows of its jumps' targets in (a switch statement becomes a br_table).
 */
export class JumpProfile {
  private readonly jumps: ComputedJump[] = [];
  private readonly byPlace = new Map<number, ComputedJump[]>();
  private readonly byTarget = new Map<number, ComputedJump[]>();
  /** Those of an earlier run until they are first asked for. */
  private kept: Int32Array | undefined;

  /** Number (from 1) of the jump or call at (pc, mode). */
  numberOf(pc: number, mode: number, isCall: boolean): number {
    const known = this.find(pc, mode);
    if (known) return this.jumps.indexOf(known) + 1;
    const jump: ComputedJump = { pc, mode, isCall, targets: [] };
    append(this.byPlace, pc, jump);
    return this.jumps.push(jump);
  }

  /** The jump of that number went to `target`. False if that is known, or of no account. */
  note(number: number, target: number): boolean {
    this.unpack();
    const jump = this.jumps[number - 1];
    if (jump === undefined || (!jump.isCall && Math.abs((target - jump.pc) | 0) > NEAR)) return false;
    if (jump.targets.length === MAX_TARGETS || jump.targets.includes(target)) return false;
    jump.targets.push(target);
    append(this.byTarget, target, jump);
    return true;
  }

  /** Targets seen of the jump, near ones, or call at (pc, mode). */
  targetsOf(pc: number, mode: number): readonly number[] {
    return this.find(pc, mode)?.targets ?? [];
  }

  /** The same of a jump; none of a call. */
  jumpTargetsOf(pc: number, mode: number): readonly number[] {
    const known = this.find(pc, mode);
    return known === undefined || known.isCall ? [] : known.targets;
  }

  /** Jumps and calls that were seen to go to (pc, mode). */
  jumpsTo(pc: number, mode: number): readonly ComputedJump[] {
    this.unpack();
    return (this.byTarget.get(pc) ?? []).filter((jump) => jump.mode === mode);
  }

  /** All jumps, by number, for restore. */
  save(): Int32Array {
    this.unpack();
    return pack(this.jumps.map(({ pc, mode, isCall, targets }) => [pc, mode, isCall ? 1 : 0, ...targets]));
  }

  /** Begins with the jumps of an earlier run. There are none yet. */
  restore(jumps: Int32Array): void {
    this.kept = jumps;
  }

  clear(): void {
    this.kept = undefined;
    this.jumps.length = 0;
    this.byPlace.clear();
    this.byTarget.clear();
  }

  private unpack(): void {
    if (this.kept === undefined) return;
    const lists = new PackedLists(this.kept);
    this.kept = undefined;
    for (let number = 0; number < lists.length; number++) {
      const [pc = 0, mode = 0, isCall, ...targets] = lists.at(number);
      const jump: ComputedJump = { pc, mode, isCall: isCall === 1, targets };
      this.jumps.push(jump);
      append(this.byPlace, pc, jump);
      for (const target of targets) append(this.byTarget, target, jump);
    }
  }

  private find(pc: number, mode: number): ComputedJump | undefined {
    this.unpack();
    return this.byPlace.get(pc)?.find((jump) => jump.mode === mode);
  }
}

function append(map: Map<number, ComputedJump[]>, key: number, jump: ComputedJump): void {
  const list = map.get(key);
  if (list) list.push(jump);
  else map.set(key, [jump]);
}
