/** Loads and stores of elements and structures. ARM ARM DDI0406C A7.7. */
import type { Row, RowOptions } from '../../decode/row.ts';
import type { Insn } from '../../lift/insn.ts';
import type { Handler } from '../integer.ts';
import * as memory from '../memory.ts';
import { registersOf, type Structures } from '../memory.ts';
import { neon } from './row.ts';

const SECTION = {
  load: ['A8.8.320', 'A8.8.323', 'A8.8.326', 'A8.8.329'],
  store: ['A8.8.404', 'A8.8.406', 'A8.8.408', 'A8.8.410'],
};

/** Forms of multiple structures: type, elements, registers for each, spacing, values of `align` that are defined. */
const MULTIPLE = [
  { type: '0111', elements: 1, registers: 1, spacing: 1, aligns: '01' },
  { type: '1010', elements: 1, registers: 2, spacing: 1, aligns: '012' },
  { type: '0110', elements: 1, registers: 3, spacing: 1, aligns: '01' },
  { type: '0010', elements: 1, registers: 4, spacing: 1, aligns: '0123' },
  { type: '1000', elements: 2, registers: 1, spacing: 1, aligns: '012' },
  { type: '1001', elements: 2, registers: 1, spacing: 2, aligns: '012' },
  { type: '0011', elements: 2, registers: 2, spacing: 2, aligns: '0123' },
  { type: '0100', elements: 3, registers: 1, spacing: 1, aligns: '01' },
  { type: '0101', elements: 3, registers: 1, spacing: 2, aligns: '01' },
  { type: '0000', elements: 4, registers: 1, spacing: 1, aligns: '0123' },
  { type: '0001', elements: 4, registers: 1, spacing: 2, aligns: '0123' },
] as const satisfies readonly (Structures & { type: string; aligns: string })[];

const sectionOf = (load: boolean, elements: number): string => SECTION[load ? 'load' : 'store'][elements - 1]!;
const nameOf = (load: boolean, elements: number): string => `V${load ? 'LD' : 'ST'}${elements}`;

/** The registers from Vd up to the last, and the base, are what they may be. */
const within = (x: Insn, last: number): boolean => x.Vd + last < 32 && x.Rn !== 15;

function rowsOf(
  load: boolean,
  elements: number,
  encoding: string,
  list: string,
  lift: Handler,
  more: RowOptions,
): Row[] {
  const name = nameOf(load, elements);
  const syntax = `${name.toLowerCase()}{c}.{bits} ${list}, {simdaddress}`;
  return neon(name, sectionOf(load, elements), encoding, syntax, '---', 'neonLoad', lift, more);
}

const multipleRows: readonly Row[] = MULTIPLE.flatMap(({ type, aligns, ...structures }) =>
  [true, false].flatMap((load) =>
    rowsOf(
      load,
      structures.elements,
      `1111 0100 0 D ${load ? 1 : 0} 0 Rn:4 Vd ${type} size:2 align:2 Rm:4`,
      '{structures}',
      load ? memory.load(structures) : memory.store(structures),
      {
        // For the syntax: registers in the list, and their distance.
        fixed:
          structures.elements > 1 && structures.registers === 1
            ? { len: structures.elements, width: structures.spacing }
            : { len: registersOf(structures), width: 1 },
        when: (x) =>
          within(x, registersOf(structures) - 1) &&
          aligns.includes(String(x.align)) &&
          (structures.elements === 1 || x.size < 3),
      },
    ),
  ),
);

/** index_align of single lanes: elements, size, bits, spacing. */
const LANES = [
  { elements: 1, size: 0, bits: 'index:3 0', width: 1 },
  { elements: 1, size: 1, bits: 'index:2 0 align:1', width: 1 },
  { elements: 1, size: 2, bits: 'index:1 0 00', width: 1 },
  { elements: 1, size: 2, bits: 'index:1 0 11', width: 1, align: 1 },
  { elements: 2, size: 0, bits: 'index:3 align:1', width: 1 },
  { elements: 2, size: 1, bits: 'index:2 0 align:1', width: 1 },
  { elements: 2, size: 1, bits: 'index:2 1 align:1', width: 2 },
  { elements: 2, size: 2, bits: 'index:1 0 0 align:1', width: 1 },
  { elements: 2, size: 2, bits: 'index:1 1 0 align:1', width: 2 },
  { elements: 3, size: 0, bits: 'index:3 0', width: 1 },
  { elements: 3, size: 1, bits: 'index:2 0 0', width: 1 },
  { elements: 3, size: 1, bits: 'index:2 1 0', width: 2 },
  { elements: 3, size: 2, bits: 'index:1 0 00', width: 1 },
  { elements: 3, size: 2, bits: 'index:1 1 00', width: 2 },
  { elements: 4, size: 0, bits: 'index:3 align:1', width: 1 },
  { elements: 4, size: 1, bits: 'index:2 0 align:1', width: 1 },
  { elements: 4, size: 1, bits: 'index:2 1 align:1', width: 2 },
  { elements: 4, size: 2, bits: 'index:1 0 align:2', width: 1 },
  { elements: 4, size: 2, bits: 'index:1 1 align:2', width: 2 },
] as const;

const TWO_BITS = ['00', '01', '10', '11'];

const laneRows: readonly Row[] = LANES.flatMap(({ elements, size, bits, width, ...rest }) =>
  [true, false].flatMap((load) =>
    rowsOf(
      load,
      elements,
      `1111 0100 1 D ${load ? 1 : 0} 0 Rn:4 Vd ${TWO_BITS[size]} ${TWO_BITS[elements - 1]} ${bits} Rm:4`,
      '{lanes}',
      load ? memory.loadLane(elements) : memory.storeLane(elements),
      {
        fixed: { size, width, len: elements, ...('align' in rest ? { align: rest.align } : {}) },
        when: (x) => within(x, (elements - 1) * width) && (elements < 4 || size < 2 || x.align < 3),
      },
    ),
  ),
);

/** To all lanes: `size` and the alignment bit. */
const ALL_LANES = [
  { elements: 1, size: 'size:2', a: 'align:1', when: (x: Insn) => x.size < 3 && (x.size > 0 || x.align === 0) },
  { elements: 2, size: 'size:2', a: 'align:1', when: (x: Insn) => x.size < 3 },
  { elements: 3, size: 'size:2', a: '0', when: (x: Insn) => x.size < 3 },
  { elements: 4, size: 'size:2', a: 'align:1', when: (x: Insn) => x.size < 3 },
  // 32-bit elements aligned to 16 bytes.
  { elements: 4, size: '11', a: '1', when: () => true, fixed: { size: 2, align: 2 } },
] as const;

const allLanesRows: readonly Row[] = ALL_LANES.flatMap(({ elements, size, a, when, ...rest }) =>
  [1, 2].flatMap((width) =>
    rowsOf(
      true,
      elements,
      `1111 0100 1 D 10 Rn:4 Vd 11 ${TWO_BITS[elements - 1]} ${size} ${width - 1} ${a} Rm:4`,
      '{alllanes}',
      memory.loadAllLanes(elements),
      {
        fixed: { width, len: elements, ...('fixed' in rest ? rest.fixed : {}) },
        when: (x) => within(x, elements === 1 ? width - 1 : (elements - 1) * width) && when(x),
      },
    ),
  ),
);

export const memoryRows: readonly Row[] = [...multipleRows, ...laneRows, ...allLanesRows];
