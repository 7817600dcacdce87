import { UNCONDITIONAL } from '../ir/ops.ts';
import { PAGE_SIZE } from '../memory/memory-map.ts';
import { accessExtent, isSupervisorOp } from './access-forms.ts';
import { rootOf, runLength } from './access-run.ts';
import { sumOf } from './address-sums.ts';
import type { Statement } from './block-code.ts';
import type { FlowGraph } from './flow-graph.ts';
import type { WayValues } from './way-values.ts';

/** Accesses of a group lie within so many bytes: the more, the likelier that a page ends among them. */
const MOST_BYTES = 128;
/** What is accessed with other rights has groups of its own. */
const APART = 0.5;
/** A base is followed back through so many blocks at most. */
const MOST_BLOCKS = 8;
/** Bases of all blocks by one number: the block's, times this, and the value's. The base of constant addresses is 0. */
const VALUES = 2 ** 24;
const ABSOLUTE = -1;

/** Accesses off one base: where they lie in one page (and are aligned), that is looked up once. */
export interface AccessGroup {
  /** From the first byte on. */
  readonly span: number;
  /** Whether it needs the translation for writes. */
  readonly write: boolean;
  /** With supervisor rights, whatever the region has: so are all its accesses, or none. */
  readonly supervisor: boolean;
  /** What its first byte's address is to be a multiple of, for all accesses to be aligned. */
  readonly alignment: number;
  /** Accesses still to be emitted. */
  left: number;
  /** Local that has the first byte's place in the host's memory, 0 where the group is no use; -1 before it is known. */
  local: number;
}

export interface GroupMember {
  readonly group: AccessGroup;
  /** Bytes behind the group's first. */
  readonly offset: number;
}

/** How accesses are to be aligned, see MemoryForm. */
export interface AlignmentNeeds {
  readonly bigEndian: boolean;
  readonly aligned: boolean;
}

interface Candidate {
  readonly node: number;
  readonly statement: Statement;
  readonly offset: number;
  readonly bytes: number;
  readonly write: boolean;
}

interface OpenGroup {
  low: number;
  high: number;
  write: boolean;
  readonly members: Candidate[];
}

/** An address as a distance from a base: a value of a block, or 0. */
interface Place {
  readonly base: number;
  readonly offset: number;
}

type Groups = Map<Statement, GroupMember>;

/** What an access must be a multiple of, to be one of the host's. */
function unitOf(bytes: number, { bigEndian, aligned }: AlignmentNeeds): number {
  if (aligned) return Math.min(bytes, 8);
  return bigEndian ? Math.min(bytes, 4) : 1;
}

/** How the accesses of a region are grouped. */
export interface GroupingInput {
  readonly graph: FlowGraph;
  /** Register lists are dealt with by themselves (access-run.ts). */
  readonly runs: boolean;
  readonly needs: AlignmentNeeds;
  /** By node: loads from these addresses have guesses of their own (chased-addresses.ts). */
  readonly chased: readonly ReadonlySet<number>[] | undefined;
  /** Groups go on from block to block, where there is but one way, within a loop. */
  readonly way: WayValues | undefined;
}

/**
 * The groups of a region's accesses, by node and access: of what lies at constant distances off one value, in the order
 * of the blocks, as much as lies within MOST_BYTES. An address that is looked up once in any case (a second access to
 * it in a block) makes no group.
 */
export function accessGroups(input: GroupingInput): readonly ReadonlyMap<Statement, GroupMember>[] {
  return new Grouping(input).run();
}

class Grouping {
  private readonly input: GroupingInput;
  private readonly result: Groups[];
  private readonly all: OpenGroup[] = [];

  constructor(input: GroupingInput) {
    this.input = input;
    this.result = input.graph.nodes.map(() => new Map());
  }

  run(): Groups[] {
    const { graph, needs } = this.input;
    const behind: Map<number, OpenGroup>[] = [];
    for (let node = 0; node < graph.nodes.length; node++) {
      const before = this.before(node);
      const open = before < 0 ? new Map<number, OpenGroup>() : new Map(behind[before]!);
      this.collect(node, open);
      behind.push(open);
    }
    for (const group of this.all) closeGroup(group, needs, this.result);
    return this.result;
  }

  /** The block whose groups go on in `node`; -1: none. */
  private before(node: number): number {
    const { graph, way } = this.input;
    const before = way?.before(node) ?? -1;
    return before >= 0 && graph.loopOf[node]! >= 0 && graph.loopOf[node] === graph.loopOf[before] ? before : -1;
  }

  private collect(node: number, open: Map<number, OpenGroup>): void {
    const { graph, runs, chased } = this.input;
    const { code } = graph.nodes[node]!;
    if (code === undefined) return;
    const { statements } = code;
    for (let at = 0; at < statements.length; ) {
      const run = runs ? runLength(code, at) : 0;
      if (run > 0) {
        at += run;
        continue;
      }
      const statement = statements[at++]!;
      const { kind, op, a, imm } = statement;
      if ((kind !== 'load' && kind !== 'store') || UNCONDITIONAL.has(op)) continue;
      if (kind === 'load' && chased?.[node]?.has(a)) continue;
      const { base, offset } = this.placeOf(node, a);
      const { bytes, write } = accessExtent(op, imm);
      const member: Candidate = { node, statement, offset, bytes, write };
      const key = isSupervisorOp(op) ? base + APART : base;
      const group = open.get(key);
      if (group && fits(group, member, base === ABSOLUTE)) continue;
      const fresh = { low: offset, high: offset + bytes, write, members: [member] };
      this.all.push(fresh);
      open.set(key, fresh);
    }
  }

  /** An address off a value as far back as it can be followed. */
  private placeOf(node: number, address: number): Place {
    const { graph, way } = this.input;
    let at = node;
    let value = address;
    let offset = 0;
    for (let blocks = 0; ; blocks++) {
      const values = graph.nodes[at]!.code!.graph;
      if (values.isConst(value)) return { base: ABSOLUTE, offset: (values.imm[value]! + offset) | 0 };
      const from = way ? sumOf(values, value) : rootOf(values, value);
      value = from.root;
      offset = (offset + from.offset) | 0;
      const before = blocks < MOST_BLOCKS ? this.before(at) : -1;
      const lifted = before < 0 ? -1 : way!.lift(at, value);
      if (lifted < 0) return { base: at * VALUES + value, offset };
      at = before;
      value = lifted;
    }
  }
}

/** Adds an access to a group that it fits in. In a later block no group comes to need the translation for writes. */
function fits(group: OpenGroup, member: Candidate, isAbsolute: boolean): boolean {
  const low = Math.min(group.low, member.offset);
  const high = Math.max(group.high, member.offset + member.bytes);
  if (high - low > MOST_BYTES) return false;
  if (isAbsolute && ((low ^ (high - 1)) & -PAGE_SIZE) !== 0) return false;
  if (member.write && !group.write && member.node !== group.members[0]!.node) return false;
  group.low = low;
  group.high = high;
  group.write ||= member.write;
  group.members.push(member);
  return true;
}

function closeGroup(open: OpenGroup, needs: AlignmentNeeds, result: readonly Groups[]): void {
  const alignment = Math.max(...open.members.map(({ bytes }) => unitOf(bytes, needs)));
  const widest = open.members.find(({ bytes }) => unitOf(bytes, needs) === alignment)!;
  const aligned = open.members.filter(({ offset, bytes }) => {
    return ((offset - widest.offset) & (unitOf(bytes, needs) - 1)) === 0;
  });
  // The first looks up: all others come by it.
  const first = aligned[0]!.node;
  const members = first === open.members[0]!.node ? aligned : aligned.filter(({ node }) => node === first);
  if (new Set(members.map(({ node, offset }) => `${node} ${offset}`)).size < 2) return;
  const least = Math.min(...members.map(({ offset }) => offset));
  const low = least - ((least - widest.offset) & (alignment - 1));
  const group: AccessGroup = {
    span: Math.max(...members.map(({ offset, bytes }) => offset + bytes)) - low,
    write: members.some(({ write }) => write),
    supervisor: isSupervisorOp(members[0]!.statement.op),
    alignment,
    left: members.length,
    local: -1,
  };
  for (const { node, statement, offset } of members) result[node]!.set(statement, { group, offset: offset - low });
}
