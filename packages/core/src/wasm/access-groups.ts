import { UNCONDITIONAL } from '../ir/ops.ts';
import { PAGE_SIZE } from '../memory/memory-map.ts';
import { accessExtent, isSupervisorOp } from './access-forms.ts';
import { rootOf, runLength } from './access-run.ts';
import type { BlockCode, Statement } from './block-code.ts';

/** Accesses of a group lie within so many bytes: the more, the likelier that a page ends among them. */
const MOST_BYTES = 128;
/** What is accessed with other rights has groups of its own. */
const APART = 0.5;

/** Accesses of a block off one base: where they lie in one page (and are aligned), that is looked up once. */
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
  readonly statement: Statement;
  readonly offset: number;
  readonly bytes: number;
  readonly write: boolean;
}

interface OpenGroup {
  low: number;
  high: number;
  readonly members: Candidate[];
}

/** What an access must be a multiple of, to be one of the host's. */
function unitOf(bytes: number, { bigEndian, aligned }: AlignmentNeeds): number {
  if (aligned) return Math.min(bytes, 8);
  return bigEndian ? Math.min(bytes, 4) : 1;
}

/**
 * The groups of a block's accesses, by access: of what lies at constant distances off one value, in the order of the
 * block, as much as lies within MOST_BYTES. An address that is looked up once in any case (a second access to it)
 * makes no group. `runs`: register lists are dealt with by themselves (access-run.ts); so are loads from `chased`
 * addresses, which have guesses of their own (chased-addresses.ts).
 */
export function accessGroups(
  code: BlockCode,
  runs: boolean,
  needs: AlignmentNeeds,
  chased: ReadonlySet<number> | undefined,
): ReadonlyMap<Statement, GroupMember> {
  const { statements, graph } = code;
  const open = new Map<number, OpenGroup>();
  const result = new Map<Statement, GroupMember>();
  const close = (group: OpenGroup): void => closeGroup(group, needs, result);
  for (let at = 0; at < statements.length; ) {
    const run = runs ? runLength(code, at) : 0;
    if (run > 0) {
      at += run;
      continue;
    }
    const statement = statements[at++]!;
    const { kind, op, a, imm } = statement;
    if ((kind !== 'load' && kind !== 'store') || UNCONDITIONAL.has(op)) continue;
    if (kind === 'load' && chased?.has(a)) continue;
    const isAbsolute = graph.isConst(a);
    const { root, offset } = isAbsolute ? { root: -1, offset: graph.imm[a]! } : rootOf(graph, a);
    const { bytes, write } = accessExtent(op, imm);
    const member: Candidate = { statement, offset, bytes, write };
    const key = isSupervisorOp(op) ? root + APART : root;
    const group = open.get(key);
    if (group && fits(group, member, isAbsolute)) continue;
    if (group) close(group);
    open.set(key, { low: offset, high: offset + bytes, members: [member] });
  }
  for (const group of open.values()) close(group);
  return result;
}

/** Adds an access to a group that it fits in. */
function fits(group: OpenGroup, member: Candidate, isAbsolute: boolean): boolean {
  const low = Math.min(group.low, member.offset);
  const high = Math.max(group.high, member.offset + member.bytes);
  if (high - low > MOST_BYTES) return false;
  if (isAbsolute && ((low ^ (high - 1)) & -PAGE_SIZE) !== 0) return false;
  group.low = low;
  group.high = high;
  group.members.push(member);
  return true;
}

function closeGroup(open: OpenGroup, needs: AlignmentNeeds, result: Map<Statement, GroupMember>): void {
  const alignment = Math.max(...open.members.map(({ bytes }) => unitOf(bytes, needs)));
  const widest = open.members.find(({ bytes }) => unitOf(bytes, needs) === alignment)!;
  const members = open.members.filter(({ offset, bytes }) => {
    return ((offset - widest.offset) & (unitOf(bytes, needs) - 1)) === 0;
  });
  if (new Set(members.map(({ offset }) => offset)).size < 2) return;
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
  for (const { statement, offset } of members) result.set(statement, { group, offset: offset - low });
}
