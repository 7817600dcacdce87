/** Loads and stores of floating-point registers. ARM ARM DDI0406C A7.6. */
import { bothSets, type Row } from '../../decode/row.ts';
import { asDouble, asSingle } from '../../decode/vector-registers.ts';
import type { Insn } from '../../lift/insn.ts';
import * as memory from '../memory.ts';
import { bothSizes } from './row.ts';

type Handler = (x: Insn) => void;

/** A store relative to the PC is for A32 only. */
const noPcInT32 = (x: Insn): boolean => !(x.thumb && x.Rn === 15);

const singleAndDouble = (
  name: string,
  section: string,
  load: '0' | '1',
  single: Handler,
  double: Handler,
  when?: (x: Insn) => boolean,
): Row[] => {
  const encoding = `cond:4 1101 U:1 D 0 ${load} Rn:4 Vd 101 sz imm:8`;
  const syntax = `${name.toLowerCase()}{c} {Vd}, {vaddress}`;
  const more = when ? { when } : undefined;
  return bothSizes(name, section, encoding, syntax, 'vfpLoad', { f32: single, f64: double }, more);
};

interface Transfer {
  readonly load: '0' | '1';
  readonly section: string;
  readonly single: Handler;
  readonly double: Handler;
}

/** Rows of singles, doubles and (`x`: a word more than doubles take) the older form of doubles. */
function lists(
  { load, section, single, double }: Transfer,
  [p, u, w]: readonly [string, string, string],
  rn: string,
  names: { readonly plain: string; readonly x?: string },
  base: string,
): Row[] {
  const encoding = `cond:4 110 ${p} ${u} D ${w} ${load} ${rn} Vd 101`;
  const fields = { P: Number(p), W: Number(w), ...(rn === '1101' ? { Rn: 13 } : {}) };
  const rows = (name: string, code: string, list: string, handler: Handler, valid: (x: Insn) => boolean, odd = 0) =>
    bothSets(
      name.replace(/(ia|db)/, '').toUpperCase(),
      section,
      code,
      `${name}{c} ${base}${list}`,
      'vfpLoadMultiple',
      handler,
      { when: (x) => valid(x) && (x.Rn !== 15 || (w === '0' && !x.thumb)), fixed: { ...fields, imm: odd } },
    );
  return [
    ...rows(names.plain, `${asSingle(encoding)} 0 imm:8`, '{slist}', single, memory.validSingles),
    ...rows(names.plain, `${asDouble(encoding)} 1 imm@1:7 0`, '{dlist}', double, memory.validDoubles),
    ...(names.x === undefined
      ? []
      : rows(names.x, `${asDouble(encoding)} 1 imm@1:7 1`, '{dlist}', double, memory.validDoubles, 1)),
  ];
}

function multiple(transfer: Transfer): Row[] {
  const [name, older] = transfer.load === '1' ? ['vldm', 'fldm'] : ['vstm', 'fstm'];
  const of = (puw: [string, string, string], suffix: string, write: string) =>
    lists(transfer, puw, 'Rn:4', { plain: name + suffix, x: `${older}${suffix}x` }, `{Rn}${write}, `);
  const stack =
    transfer.load === '1'
      ? lists(transfer, ['0', '1', '1'], '1101', { plain: 'vpop' }, '')
      : lists(transfer, ['1', '0', '1'], '1101', { plain: 'vpush' }, '');
  return [
    ...of(['0', '1', '0'], 'ia', ''),
    ...of(['0', '1', '1'], 'ia', '!'),
    ...of(['1', '0', '1'], 'db', '!'),
    ...stack,
  ];
}

export const memoryRows: readonly Row[] = [
  ...singleAndDouble('VLDR', 'A8.8.333', '1', memory.loadSingleRegister, memory.loadDoubleRegister),
  ...singleAndDouble('VSTR', 'A8.8.413', '0', memory.storeSingleRegister, memory.storeDoubleRegister, noPcInT32),
  ...multiple({ load: '1', section: 'A8.8.332', single: memory.loadSingles, double: memory.loadDoubles }),
  ...multiple({ load: '0', section: 'A8.8.412', single: memory.storeSingles, double: memory.storeDoubles }),
];
