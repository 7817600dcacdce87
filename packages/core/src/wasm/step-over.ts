import { type I32, type IrBlock, OP_A, OP_DST, OP_IMM, OP_NUM, OP_STRIDE, type Terminal } from '../ir/block.ts';
import { OP_NUMBER, OP_SPECS } from '../ir/ops.ts';
import { renumberTerminal } from '../ir/terminal-values.ts';
import type { TrapKind } from '../isa-backend.ts';

/**
 * Instructions that step over themselves under a condition (IsaBackend.trapKind). A region has such an
 * instruction as several blocks, so that stepping over is a branch: the test, the body and, where the
 * instruction counts even so, a block that does nothing but count.
 */

/** Key of the body in a region; no address, for it is no integer. */
export function bodyKey(pc: number): number {
  return pc + 0.5;
}

/** Key of the block that counts an instruction stepped over. */
export function skipKey(pc: number): number {
  return pc + 0.25;
}

/** Place (in operations) of the trapIf of that kind in the block's last instruction, -1 if it has none. */
function stepOverAt(block: IrBlock, kind: TrapKind, trapKind: (vector: number) => TrapKind): number {
  for (let at = block.insnFirstOp[block.count - 1]!; at * OP_STRIDE < block.code.length; at++) {
    const op = at * OP_STRIDE;
    if (block.code[op + OP_NUM] === OP_NUMBER.trapIf && trapKind(block.code[op + OP_IMM]!) === kind) return at;
  }
  return -1;
}

/**
 * The test and the body of a block that is one instruction which steps over itself uncounted; the body
 * branches back to itself. Undefined for any other block, `'alone'` if it has others before.
 */
export function splitUncounted(
  block: IrBlock,
  trapKind: (vector: number) => TrapKind,
): { test: IrBlock; body: IrBlock } | 'alone' | undefined {
  const { terminal } = block;
  if (terminal.kind !== 'branch') return undefined;
  const at = stepOverAt(block, 'uncounted', trapKind);
  if (at < 0) return undefined;
  if (block.count > 1) return 'alone';
  const cond = block.code[at * OP_STRIDE + OP_A]! as I32;
  const test = headOf(block, at, { kind: 'branch', cond, taken: terminal.next, next: bodyKey(block.pc) });
  const code = [...test.code, ...block.code.slice((at + 1) * OP_STRIDE)];
  // The body goes on only with a count that is not 0.
  const taken = terminal.taken === block.pc ? bodyKey(block.pc) : terminal.taken;
  return { test, body: { ...block, code, terminal: { ...terminal, taken } } };
}

/** The parts of a block whose last instruction may be skipped; undefined for any other block. */
export function splitSkip(
  block: IrBlock,
  trapKind: (vector: number) => TrapKind,
): { test: IrBlock; body: IrBlock; skipped: IrBlock } | undefined {
  const at = stepOverAt(block, 'skip', trapKind);
  if (at < 0) return undefined;
  const last = block.count - 1;
  const pc = block.insnPc[last]!;
  const cond = block.code[at * OP_STRIDE + OP_A]! as I32;
  const test = headOf(block, at, { kind: 'branch', cond, taken: skipKey(pc), next: bodyKey(pc) });
  const alone = { pc, count: 1, insnPc: [pc], insnFirstOp: [0], cycles: block.insnCycles[last]! };
  const one = { ...alone, insnCycles: [block.insnCycles[last]!], insnMode: block.insnMode?.slice(last) };
  const body = { ...block, ...one, ...tailOf(block, at + 1) };
  const skipped: IrBlock = {
    ...block,
    ...one,
    code: [],
    valueTypes: [],
    terminal: { kind: 'jump', target: block.endPc },
  };
  return { test, body, skipped };
}

/** The instructions before the last, and of that the operations before `at`. */
function headOf(block: IrBlock, at: number, terminal: Terminal): IrBlock {
  const last = block.count - 1;
  return {
    ...block,
    count: last,
    cycles: block.cycles - block.insnCycles[last]!,
    insnPc: block.insnPc.slice(0, last),
    insnFirstOp: block.insnFirstOp.slice(0, last),
    insnCycles: block.insnCycles.slice(0, last),
    code: block.code.slice(0, at * OP_STRIDE),
    terminal,
  };
}

/** The operations from `from` on, and the terminal, with their values numbered from 0. */
function tailOf(block: IrBlock, from: number): Pick<IrBlock, 'code' | 'valueTypes' | 'terminal'> {
  const code = block.code.slice(from * OP_STRIDE);
  let first = block.valueTypes.length;
  for (let op = 0; op < code.length; op += OP_STRIDE)
    if (code[op + OP_DST]! >= 0) first = Math.min(first, code[op + OP_DST]!);
  const renumber = (value: number): number => {
    if (value < first) throw new TypeError('an instruction that may be skipped uses a value from before its skipIf');
    return value - first;
  };
  for (let op = 0; op < code.length; op += OP_STRIDE) {
    if (code[op + OP_DST]! >= 0) code[op + OP_DST] = renumber(code[op + OP_DST]!);
    const arity = OP_SPECS[code[op + OP_NUM]!]!.args.length;
    for (let place = OP_A; place < OP_A + arity; place++) code[op + place] = renumber(code[op + place]!);
  }
  return { code, valueTypes: block.valueTypes.slice(first), terminal: renumberTerminal(block.terminal, renumber) };
}
