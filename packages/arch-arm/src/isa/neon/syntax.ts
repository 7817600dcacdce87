/** Printers of the Advanced SIMD instructions, as objdump has them. */
import type { Expander, Expanders } from '../disasm/expander.ts';
import { REGISTER_NAMES } from '../disasm/registers.ts';
import type { Insn } from '../lift/insn.ts';
import { vectorList } from '../vfp/syntax.ts';
import { expandImmediate } from './immediate.ts';
import { laneAlignment, multipleAlignment } from './memory.ts';

const bits = (x: Insn): number => 8 << x.size;
const sign = (x: Insn): string => (x.U ? 'u' : 's');

/** Registers `distance` apart. */
function spaced(x: Insn, suffix = ''): string {
  const names = Array.from({ length: x.len }, (_, i) => `d${x.Vd + i * x.width}${suffix}`);
  return `{${names.join(',')}}`;
}

function structures(x: Insn): string {
  return x.width === 1 ? vectorList('d', x.Vd, x.len) : spaced(x);
}

function allLanes(x: Insn): string {
  if (x.len === 1) return x.width === 1 ? `{d${x.Vd}[]}` : `{d${x.Vd}[]-d${x.Vd + 1}[]}`;
  return x.width === 1 ? `{d${x.Vd}[]-d${x.Vd + x.len - 1}[]}` : spaced(x, '[]');
}

const isMultiple = (x: Insn): boolean => x.row.syntax.includes('{structures}');

function address(x: Insn): string {
  const alignment = isMultiple(x) ? multipleAlignment(x) : laneAlignment(x, x.len);
  const aligned = alignment === 1 ? '' : ` :${8 * alignment}`;
  const base = `[${REGISTER_NAMES[x.Rn]}${aligned}]`;
  if (x.Rm === 15) return base;
  return x.Rm === 13 ? `${base}!` : `${base}, ${REGISTER_NAMES[x.Rm]}`;
}

const quad =
  (field: 'Vd' | 'Vn' | 'Vm'): Expander =>
  (x) =>
    `q${x[field] >> 1}`;

/** A modified immediate, expanded. */
function immediate(x: Insn): string {
  const [low, high] = expandImmediate(x.imm, x.cmode, x.op);
  const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
  if (x.cmode === 15) return `#${singleOf(low)}`;
  if (x.cmode === 14) return x.op ? `#0x${hex(high)}${hex(low)}` : `#${x.imm}`;
  return `#${x.cmode >= 8 && x.cmode < 12 ? low & 0xffff : low}`;
}

const view = new DataView(new ArrayBuffer(4));
function singleOf(bits: number): number {
  view.setInt32(0, bits);
  return view.getFloat32(0);
}

export const neonExpanders: Expanders = {
  Qd: quad('Vd'),
  Qn: quad('Vn'),
  Qm: quad('Vm'),
  /** Types of lanes: any, with sign, signed; `w`: of twice the size. */
  bits: (x) => String(bits(x)),
  i: (x) => `i${bits(x)}`,
  iw: (x) => `i${2 * bits(x)}`,
  t: (x) => sign(x) + bits(x),
  tw: (x) => sign(x) + 2 * bits(x),
  st: (x) => `s${bits(x)}`,
  stw: (x) => `s${2 * bits(x)}`,
  lshift: (x) => `#${x.shift}`,
  rshift: (x) => `#${bits(x) - x.shift}`,
  fullshift: (x) => `#${bits(x)}`,
  fraction: (x) => `#${32 - x.imm}`,
  simdimm: immediate,
  table: (x) => vectorList('d', x.Vn, x.len + 1),
  structures,
  lanes: (x) => spaced(x, `[${x.index}]`),
  alllanes: allLanes,
  simdaddress: address,
};
