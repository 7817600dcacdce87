import { OP_NAMES, OP_SPECS } from '../ir/ops.ts';
import { printTerminal } from '../ir/print.ts';
import type { BlockCode, Statement } from './block-code.ts';
import type { SlotTable } from './slots.ts';
import { ENTRY, RESULT } from './value-graph.ts';

/** What is left of an instruction's IR after folding, sharing and the removal of dead writes. */
export interface InstructionCode {
  /** Number of the instruction in its block. */
  readonly insn: number;
  readonly lines: readonly string[];
}

/**
 * A block after the passes that come before emission, instruction by instruction, and how it ends.
 * `eax.in` is the value a slot has when the block is entered, `rN` what a statement gave, `tN` a value used again.
 */
export function printBlockCode(code: BlockCode, slots: SlotTable): { insns: InstructionCode[]; terminal: string } {
  return new Printer(code, slots).run();
}

class Printer {
  private readonly code: BlockCode;
  private readonly slots: SlotTable;
  private readonly uses: Int32Array;
  /** Values that have a name already: shared computations, and what statements gave. */
  private readonly names = new Map<number, string>();
  private lines: string[] = [];

  constructor(code: BlockCode, slots: SlotTable) {
    this.code = code;
    this.slots = slots;
    this.uses = countUses(code);
  }

  run(): { insns: InstructionCode[]; terminal: string } {
    const { block, statements, deferred, terminalValues } = this.code;
    const insns: InstructionCode[] = [];
    let next = 0;
    for (let insn = 0; insn < block.count; insn++) {
      this.lines = [];
      while (next < statements.length && statements[next]!.insn === insn) this.statement(statements[next++]!);
      for (const write of deferred) {
        if (write.insn !== insn) continue;
        for (const [slot, value] of write.values)
          this.lines.push(`${this.slot(slot)} (when looked at) = ${this.value(value)}`);
      }
      insns.push({ insn, lines: this.lines });
    }
    this.lines = [];
    const values = terminalValues.map((value) => this.value(value));
    const terminal = printTerminal(block.terminal, values);
    return { insns, terminal: [...this.lines, terminal].join('\n') };
  }

  private statement(statement: Statement): void {
    if (statement.dead) return;
    const { kind, op, imm, result } = statement;
    const args = [statement.a, statement.b, statement.c]
      .filter((value) => value >= 0)
      .map((value) => this.value(value));
    if (kind === 'set') {
      this.lines.push(`${this.slot(imm)} = ${args[0]}`);
      return;
    }
    const spec = OP_SPECS[op]!;
    const about = spec.imm === 'none' ? [] : [`#${imm}`];
    const text = `${OP_NAMES[op]} ${[...args, ...about].join(', ')}`;
    if (result < 0) this.lines.push(text);
    else {
      this.names.set(result, `r${result}`);
      this.lines.push(`r${result} = ${text}`);
    }
  }

  /** A value as an expression; one that is used again gets a line and a name. */
  private value(value: number): string {
    const name = this.names.get(value);
    if (name !== undefined) return name;
    const { graph } = this.code;
    const op = graph.op[value]!;
    if (op === ENTRY) return `${this.slot(graph.imm[value]!)}.in`;
    if (op === RESULT) return `r${value}`;
    const text = this.expression(value);
    if (this.uses[value]! < 2 || graph.a[value]! < 0) return text;
    const shared = `t${value}`;
    this.names.set(value, shared);
    this.lines.push(`${shared} = ${text}`);
    return shared;
  }

  private expression(value: number): string {
    const { graph } = this.code;
    const op = graph.op[value]!;
    const spec = OP_SPECS[op]!;
    const imm = graph.imm[value]!;
    if (OP_NAMES[op] === 'const32') return imm >= -9 && imm <= 9 ? String(imm) : `0x${(imm >>> 0).toString(16)}`;
    const args = [graph.a[value]!, graph.b[value]!, graph.c[value]!]
      .filter((arg) => arg >= 0)
      .map((arg) => this.value(arg));
    return `${OP_NAMES[op]}(${[...args, ...(spec.imm === 'none' ? [] : [`#${imm}`])].join(', ')})`;
  }

  private slot(number: number): string {
    return this.slots.name[number]!;
  }
}

function countUses({ graph, statements, deferred, terminalValues }: BlockCode): Int32Array {
  const uses = new Int32Array(graph.size);
  const use = (value: number): void => {
    if (value < 0 || uses[value]!++ > 0) return;
    use(graph.a[value]!);
    use(graph.b[value]!);
    use(graph.c[value]!);
  };
  for (const statement of statements) {
    if (statement.dead) continue;
    use(statement.a);
    use(statement.b);
    use(statement.c);
  }
  for (const write of deferred) for (const value of write.values.values()) use(value);
  for (const value of terminalValues) use(value);
  return uses;
}
