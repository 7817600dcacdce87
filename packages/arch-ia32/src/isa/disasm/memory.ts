import type { Operand } from '../decode/operand.ts';
import { DS, ESP, type Insn } from '../lift/insn.ts';
import { GENERAL, SEGMENTS } from '../state.ts';

const NAMES16 = ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di'];

/** Whether an operand's text shows the segment override. */
export function segmentPrefixUsed(x: Insn): boolean {
  if (x.mod !== 3) return true;
  return x.row.mnemonic === 'xlat' || x.operands.some(({ method }) => method === 'X' || method === 'O');
}

/** Words that say how wide a memory operand is, by operand type. */
const SIZE_WORDS: Readonly<Record<string, string>> = {
  b: 'BYTE',
  w: 'WORD',
  dw: 'WORD',
  d: 'DWORD',
  q: 'QWORD',
  dq: 'XMMWORD',
  ps: 'XMMWORD',
  pd: 'XMMWORD',
  ss: 'DWORD',
  sd: 'QWORD',
  si: 'DWORD',
  pi: 'QWORD',
  t: 'TBYTE',
  fw: 'WORD',
  fd: 'DWORD',
  fq: 'QWORD',
};

function sizeWord(x: Insn, type: string): string {
  if (type === 'v' || type === 'z') return x.opSize === 32 ? 'DWORD' : 'WORD';
  if (type === 'p') return x.opSize === 32 ? 'FWORD' : 'DWORD';
  if (type === 'a') return x.opSize === 32 ? 'QWORD' : 'DWORD';
  return SIZE_WORDS[type] ?? '';
}

/** A memory operand as objdump prints it: 'DWORD PTR [eax+ecx*4-0x8]'. */
export function memoryText(x: Insn, operand: Operand): string {
  const word = sizeWord(x, operand.type);
  const segment = x.override >= 0 ? `${SEGMENTS[x.override]!}:` : '';
  return `${word === '' ? '' : `${word} PTR `}${addressText(x, segment)}`;
}

function addressText(x: Insn, segment: string): string {
  const names = x.addrSize === 16 ? NAMES16 : GENERAL;
  // An index of none that the encoding spells out: objdump's pseudo register.
  const eiz = x.mod !== 3 && x.sib && x.index < 0 && (x.base !== ESP || x.scale !== 0);
  if (x.base < 0 && x.index < 0 && !eiz) {
    return `${segment === '' ? `${SEGMENTS[DS]}:` : segment}${hexWord(x.disp, x.addrSize)}`;
  }
  let text = x.base >= 0 ? names[x.base]! : '';
  if (x.index >= 0) {
    const scaled = x.addrSize === 16 ? names[x.index]! : `${names[x.index]!}*${1 << x.scale}`;
    text += text === '' ? scaled : `+${scaled}`;
  }
  if (eiz) text += `${text === '' ? '' : '+'}eiz*${1 << x.scale}`;
  const explicit = x.disp !== 0 || x.mod === 1 || x.mod === 2 || x.base < 0;
  if (explicit) text += x.disp < 0 ? `-0x${(-x.disp >>> 0).toString(16)}` : `+0x${x.disp.toString(16)}`;
  return `${segment}[${text}]`;
}

function hexWord(value: number, bits: 16 | 32): string {
  return `0x${(bits === 16 ? value & 0xffff : value >>> 0).toString(16)}`;
}
