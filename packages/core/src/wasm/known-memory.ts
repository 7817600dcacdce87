import { OP_NUMBER, UNCONDITIONAL } from '../ir/ops.ts';
import { accessExtent, isSupervisorOp } from './access-forms.ts';
import { rootOf } from './access-run.ts';
import type { ValueGraph } from './value-graph.ts';

const O = OP_NUMBER;

/** Root of what lies at constant addresses. */
const ABSOLUTE = -1;
/** Longer lists are not worth their search. */
const MOST = 32;

/** Loads and stores whose value is the same where address and kind are. */
const KINDS = new Map<number, number>(
  [
    [O.load8u, O.load8s, O.load8uW, O.store8],
    [O.load16u, O.load16s, O.load16uW, O.store16],
    [O.load32, O.load32W, O.store32],
    [O.load64, O.load64W, O.store64],
    [O.loadF32, O.storeF32],
    [O.loadF64, O.storeF64],
    [O.loadV, O.storeV],
  ].flatMap((ops, kind) => ops.map((op) => [op, kind] as const)),
);
const KIND_WORD = KINDS.get(O.load32)!;
/** Loads that need the right to write. */
const FOR_WRITING: ReadonlySet<number> = new Set([O.load8uW, O.load16uW, O.load32W, O.load64W]);

/** What a piece of memory holds. */
interface Known {
  readonly root: number;
  readonly offset: number;
  readonly bytes: number;
  readonly kind: number;
  /** The value in its lowest bits; of what was stored narrow, more may lie above them. */
  value: number;
  /** Someone had the right to write it. */
  written: boolean;
}

/**
 * What a block's accesses so far say of memory: a load of what was loaded or stored before has that value, and needs no
 * access. Nothing runs between the instructions of a block that could change memory, and what is not plain memory has no
 * translation, so that such an access leaves. A store off another base may be to the same place: what lies off others is
 * forgotten. A narrow store into a known word makes another known word of it, for hosts wait long for a load of a word
 * that has been stored in pieces.
 */
export class KnownMemory {
  private readonly graph: ValueGraph;
  private readonly bigEndian: boolean;
  private known: Known[] = [];

  constructor(graph: ValueGraph, bigEndian: boolean) {
    this.graph = graph;
    this.bigEndian = bigEndian;
  }

  /** The value that a load gives, or -1 if it is not known. */
  load(op: number, address: number): number {
    const kind = KINDS.get(op);
    if (kind === undefined || this.known.length === 0) return -1;
    const { bytes } = accessExtent(op, 0);
    const { root, offset } = this.place(address);
    for (const known of this.known) {
      if (known.root !== root || (FOR_WRITING.has(op) && !known.written)) continue;
      if (known.offset === offset && known.kind === kind) return this.narrowed(op, known.value);
      const shift = this.shiftWithin(known, offset, bytes);
      if (shift >= 0) return this.narrowed(op, this.shifted(O.shrU, known.value, shift));
    }
    return -1;
  }

  /** A load that is done gave `result`. */
  loaded(op: number, address: number, result: number): void {
    const kind = KINDS.get(op);
    if (kind === undefined) return;
    const { bytes } = accessExtent(op, 0);
    this.add({ ...this.place(address), bytes, kind, value: result, written: FOR_WRITING.has(op) });
  }

  /** A store that is done. */
  stored(op: number, address: number, value: number): void {
    const kind = KINDS.get(op);
    if (kind === undefined || UNCONDITIONAL.has(op) || isSupervisorOp(op)) {
      this.forget();
      return;
    }
    const { bytes } = accessExtent(op, 0);
    const { root, offset } = this.place(address);
    this.known = this.known.filter((known) => {
      if (known.root !== root) return false;
      const distance = (offset - known.offset) | 0;
      if (distance >= known.bytes || distance <= -bytes) return true;
      const shift = this.shiftWithin(known, offset, bytes);
      if (shift < 0) return false;
      known.value = this.deposited(known.value, value, bytes, shift);
      known.written = true;
      return true;
    });
    this.add({ root, offset, bytes, kind, value, written: true });
  }

  /** Anything may have been written. */
  forget(): void {
    this.known = [];
  }

  private add(known: Known): void {
    if (this.known.length === MOST) this.known.shift();
    this.known.push(known);
  }

  private place(address: number): { root: number; offset: number } {
    const { graph } = this;
    return graph.isConst(address) ? { root: ABSOLUTE, offset: graph.imm[address]! } : rootOf(graph, address);
  }

  /** How far to the left a byte or half-word within a known word lies in it; -1 where it is none. */
  private shiftWithin(known: Known, offset: number, bytes: number): number {
    const from = (offset - known.offset) | 0;
    if (known.kind !== KIND_WORD || bytes >= 4 || from < 0 || from + bytes > 4 || from % bytes !== 0) return -1;
    return 8 * (this.bigEndian ? 4 - bytes - from : from);
  }

  private shifted(op: number, value: number, shift: number): number {
    const { graph } = this;
    return graph.pure(op, value, graph.const32(shift), -1, 0);
  }

  private masked(value: number, mask: number): number {
    const { graph } = this;
    return graph.pure(O.and, value, graph.const32(mask), -1, 0);
  }

  private deposited(word: number, value: number, bytes: number, shift: number): number {
    const mask = bytes === 1 ? 0xff : 0xffff;
    const part = this.shifted(O.shl, this.masked(value, mask), shift);
    return this.graph.pure(O.or, this.masked(word, ~(mask << shift)), part, -1, 0);
  }

  /** What the load makes of the lowest bits. */
  private narrowed(op: number, value: number): number {
    switch (op) {
      case O.load8u:
      case O.load8uW:
        return this.masked(value, 0xff);
      case O.load16u:
      case O.load16uW:
        return this.masked(value, 0xffff);
      case O.load8s:
        return this.graph.pure(O.ext8, value, -1, -1, 0);
      case O.load16s:
        return this.graph.pure(O.ext16, value, -1, -1, 0);
      default:
        return value;
    }
  }
}
