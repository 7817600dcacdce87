import type { Operand } from '../decode/operand.ts';
import type { Insn } from '../lift/insn.ts';
import { GENERAL, SEGMENTS } from '../state.ts';
import { memoryText } from './memory.ts';

const NAMES8 = ['al', 'cl', 'dl', 'bl', 'ah', 'ch', 'dh', 'bh'];
const NAMES16 = ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di'];

function registerName(n: number, width: number): string {
  if (width === 8) return NAMES8[n]!;
  return width === 16 ? NAMES16[n]! : GENERAL[n]!;
}

const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;

/** An operand as objdump's Intel syntax prints it. */
export function operandText(x: Insn, operand: Operand): string {
  const width = operand.width === 0 ? x.opSize : operand.width;
  switch (operand.method) {
    case 'E':
      if (x.isMemory) return memoryText(x, operand);
      // MOV to a segment register: objdump shows the whole register.
      return registerName(x.rm, x.operands[0]!.method === 'S' ? x.opSize : width);
    case 'G':
      return registerName(x.reg, width);
    case 'R':
      return registerName(x.rm, width);
    case 'Z':
      return registerName(x.opcode & 7, width);
    case 'I':
      return immediateText(x, operand, width);
    case 'J':
      return ((x.opSize === 16 ? (x.next + x.imm) & 0xffff : x.next + x.imm) >>> 0).toString(16);
    case 'A':
      return `${hex(x.imm2)}:${hex(x.imm)}`;
    case 'M':
      return memoryText(x, operand);
    case 'O':
      return memoryText(x, { ...operand, type: 'n' });
    case 'C':
      return `cr${x.reg}`;
    case 'D':
      return `dr${x.reg}`;
    case 'S':
      return SEGMENTS[x.reg] ?? '?';
    case 'N':
      return `mm${x.rm}`;
    case 'P':
      return `mm${x.reg}`;
    case 'Q':
      return x.isMemory ? memoryText(x, { ...operand, type: operand.type === 'd' ? 'd' : 'q' }) : `mm${x.rm}`;
    case 'U':
      return `xmm${x.rm}`;
    case 'V':
      return `xmm${x.reg}`;
    case 'W':
      return x.isMemory ? memoryText(x, operand) : `xmm${x.rm}`;
    case 'X':
    case 'Y':
      return stringText(x, operand);
    default:
      return fixedText(x, operand, width);
  }
}

function immediateText(x: Insn, operand: Operand, width: number): string {
  const second = operand !== x.operands.find(({ method }) => method === 'I');
  const value = second ? x.imm2 : x.imm;
  const bits = operand.type === 'b' ? 8 : width;
  return hex(bits === 32 ? value : value & ((1 << bits) - 1));
}

function stringText(x: Insn, operand: Operand): string {
  const word = operand.type === 'b' ? 'BYTE' : x.opSize === 32 ? 'DWORD' : 'WORD';
  const source = operand.method === 'X';
  const segment = source && x.override >= 0 ? SEGMENTS[x.override]! : source ? 'ds' : 'es';
  const name = registerName(source ? 6 : 7, x.addrSize);
  return `${word} PTR ${segment}:[${name}]`;
}

function fixedText(x: Insn, operand: Operand, width: number): string {
  switch (operand.type) {
    case 'reg':
      return registerName(operand.fixed, width);
    case 'seg':
      return SEGMENTS[operand.fixed]!;
    case 'st':
      return 'st';
    case 'sti':
      return `st(${x.rm})`;
    default:
      return String(operand.fixed);
  }
}
