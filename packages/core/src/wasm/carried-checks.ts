import { accessExtent } from './access-forms.ts';
import { alignmentAsked } from './alignment-trap.ts';
import type { BlockCode, Statement } from './block-code.ts';
import type { FlowGraph, FlowNode } from './flow-graph.ts';
import { usedValues } from './used-values.ts';
import type { WayValues } from './way-values.ts';

/** So many blocks back at most. */
const MOST_BLOCKS = 8;

/**
 * Drops traps that the only way to a block has asked about: who comes by it has not trapped for the same reason. In
 * turns of a loop that are laid out, all but the first need not ask what no turn changes, nor whether an
 * address that grows by a multiple of its alignment still is aligned.
 */
export function carryChecks(graph: FlowGraph, way: WayValues): FlowGraph {
  const asked = new Map<BlockCode, ReadonlySet<number>>();
  const nodes = graph.nodes.map((node, index): FlowNode => {
    const { code } = node;
    if (code === undefined || way.before(index) < 0) return node;
    const holds = (condition: number) => isKnown(graph, way, asked, index, condition);
    const dropped = code.statements.map(({ kind, a }) => kind === 'trapIf' && holds(a));
    return dropped.includes(true) ? { ...node, code: withoutTraps(code, dropped) } : node;
  });
  return { ...graph, nodes };
}

/** Whether what a trap asks has been asked by the blocks before `node`: it is 0. */
function isKnown(
  { nodes }: FlowGraph,
  way: WayValues,
  asked: Map<BlockCode, ReadonlySet<number>>,
  node: number,
  condition: number,
): boolean {
  let value = condition;
  let at = node;
  for (let blocks = 0; blocks < MOST_BLOCKS; blocks++) {
    const before = way.before(at);
    if (before < 0) return false;
    value = way.lift(at, value);
    if (value < 0) return false;
    const code = nodes[before]!.code!;
    if (code.graph.isConst(value)) return code.graph.imm[value] === 0;
    let conditions = asked.get(code);
    if (conditions === undefined) asked.set(code, (conditions = conditionsOf(code)));
    if (conditions.has(value)) return true;
    at = before;
  }
  return false;
}

const conditionsOf = ({ statements }: BlockCode): ReadonlySet<number> =>
  new Set(statements.filter(({ kind }) => kind === 'trapIf').map(({ a }) => a));

/** The block without these traps: dead ones in their places, and so are words of the state that were read for them only. */
function withoutTraps(code: BlockCode, dropped: readonly boolean[]): BlockCode {
  const statements = code.statements.map((statement, at): Statement => {
    if (dropped[at]) return { ...statement, dead: true };
    return dropped[at - 1] && isAligned(code, at) ? { ...statement, aligned: true } : statement;
  });
  const used = usedValues({ ...code, statements });
  const unread = ({ kind, result }: Statement) => kind === 'peek' && !used[result];
  return { ...code, statements: statements.map((each) => (unread(each) ? { ...each, dead: true } : each)) };
}

/** Whether the access behind a trap that was dropped is a multiple of its own size. */
function isAligned(code: BlockCode, at: number): boolean {
  const multiple = alignmentAsked(code, at - 1);
  const { op, imm } = code.statements[at]!;
  return multiple > 0 && multiple >= accessExtent(op, imm).bytes;
}
