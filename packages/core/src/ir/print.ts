import type { StateLayout } from '../cpu/layout.ts';
import { type IrBlock, OP_A, OP_DST, OP_IMM, OP_NUM, OP_STRIDE, type Terminal } from './block.ts';
import { OP_NAMES, OP_SPECS } from './ops.ts';

const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;

/** A block as text, one operation a line, for people. Slots by name where the layout is given. */
export function print(block: IrBlock, layout?: StateLayout): string {
  const lines = [`block ${hex(block.pc)} mode ${hex(block.mode)}, ${block.count} instructions, ${block.cycles} cycles`];
  const operations = block.code.length / OP_STRIDE;
  let instruction = 0;
  for (let index = 0; index <= operations; index++) {
    while (instruction < block.count && block.insnFirstOp[instruction]! <= index) {
      lines.push(`${hex(block.insnPc[instruction]!)}:  (${block.insnCycles[instruction]} cycles)`);
      instruction++;
    }
    if (index < operations) lines.push(`  ${printOperation(block, index, layout)}`);
  }
  lines.push(`  ${printTerminal(block.terminal)}`);
  return lines.join('\n');
}

/** One operation of a block, by its place. */
export function printOperation(block: IrBlock, index: number, layout: StateLayout | undefined): string {
  const at = index * OP_STRIDE;
  const number = block.code[at + OP_NUM]!;
  const spec = OP_SPECS[number]!;
  const dst = block.code[at + OP_DST]!;
  const operands = spec.args.map((_, place) => `v${block.code[at + OP_A + place]}`);
  if (spec.imm !== 'none') operands.push(printImmediate(block, number, block.code[at + OP_IMM]!, layout));
  const left = spec.result ? `v${dst}: ${spec.result} = ` : '';
  return `${left}${OP_NAMES[number]} ${operands.join(', ')}`.trimEnd();
}

function printImmediate(block: IrBlock, number: number, imm: number, layout: StateLayout | undefined): string {
  switch (OP_SPECS[number]!.imm) {
    case 'slot':
      return layout?.slots.find((slot) => slot.offset === imm)?.name ?? `slot+${imm}`;
    case 'state': {
      const array = layout?.arrays.find(
        (candidate) => imm >= candidate.offset && imm < candidate.offset + candidate.bytes,
      );
      return array ? `${array.name}+${imm - array.offset}` : `state+${imm}`;
    }
    case 'constant':
      return `[${[...(block.constants[imm] ?? [])].map(hex).join(' ')}]`;
    case 'i32':
      return imm >= -9 && imm <= 9 ? String(imm) : hex(imm);
    default:
      return `#${imm}`;
  }
}

/** How a block ends, as text. `values` replace the numbers of the values it uses, in the order of the fields. */
export function printTerminal(terminal: Terminal, values?: readonly string[]): string {
  const value = (number: number): string => values?.[0] ?? `v${number}`;
  switch (terminal.kind) {
    case 'jump':
      return `jump ${hex(terminal.target)}`;
    case 'branch':
      return `branch ${value(terminal.cond)} ? ${hex(terminal.taken)} : ${hex(terminal.next)}`;
    case 'call':
      return `call ${hex(terminal.target)}, back to ${hex(terminal.returnTo)}`;
    case 'callIndirect':
      return `call ${value(terminal.target)}, back to ${hex(terminal.returnTo)}`;
    case 'return':
      return `return ${value(terminal.target)}`;
    case 'jumpIndirect':
      return `jump ${value(terminal.target)}`;
    case 'trap':
      return `trap #${terminal.vector}, v${terminal.error}${terminal.completes ? ', completes' : ''}`;
    case 'system':
      return `system #${terminal.routine}(${terminal.args.map((value) => `v${value}`).join(', ')}), next ${hex(terminal.next)}`;
    case 'switchMode': {
      const trap = terminal.trap === undefined ? '' : `, trap #${terminal.trap}`;
      return `go to ${value(terminal.target)} under v${terminal.mode}${trap}, next ${hex(terminal.next)}`;
    }
    case 'kernelCall':
      return `kernelCall #${terminal.number}, next ${hex(terminal.next)}`;
  }
}
