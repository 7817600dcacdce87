import { type Row, row } from '../decode/row.ts';
import * as bits from '../lift/bits.ts';
import * as data from '../lift/data-processing.ts';
import type { Insn } from '../lift/insn.ts';
import * as sat from '../lift/saturate.ts';

type Handler = (x: Insn) => void;
type Options = NonNullable<Parameters<typeof row>[7]>;

const t32 = (
  mnemonic: string,
  section: string,
  encoding: string,
  syntax: string,
  cost: string,
  lift: Handler,
  more?: Options,
): Row => row('T32', mnemonic, `A8.8.${section}`, encoding, syntax, cost, lift, more);

/** Opcode, mnemonic, handler, sections of the immediate and the register form, `.w` where a 16-bit encoding exists. */
const THREE = [
  ['0000', 'AND', data.and, '13', '14', '.w'],
  ['0001', 'BIC', data.bic, '21', '22', '.w'],
  ['0010', 'ORR', data.orr, '122', '123', '.w'],
  ['0011', 'ORN', data.orn, '120', '121', ''],
  ['0100', 'EOR', data.eor, '46', '47', '.w'],
  ['1000', 'ADD', data.add, '4', '6', '.w'],
  ['1010', 'ADC', data.adc, '1', '2', '.w'],
  ['1011', 'SBC', data.sbc, '161', '162', '.w'],
  ['1101', 'SUB', data.sub, '221', '223', '.w'],
  ['1110', 'RSB', data.rsb, '152', '153', ''],
] as const;

/** The same with r15 as destination: the flags alone. */
const COMPARE = [
  ['0000', 'TST', data.tst, '240', '241', '.w'],
  ['0100', 'TEQ', data.teq, '237', '238', ''],
  ['1000', 'CMN', data.cmn, '34', '35', '.w'],
  ['1101', 'CMP', data.cmp, '37', '38', '.w'],
] as const;

/** The same with r15 as first operand. */
const TWO = [
  ['0010', 'MOV', data.mov, '102', '105', '.w'],
  ['0011', 'MVN', data.mvn, '115', '116', '.w'],
] as const;

const immediate = (op: string, s: string, rn: string, rd: string): string =>
  `11110 imm:1 0 ${op} ${s} ${rn} 0 imm:3 ${rd} imm:8`;
const register = (op: string, s: string, rn: string, rd: string): string =>
  `11101 01 ${op} ${s} ${rn} (0) shift:3 ${rd} shift:2 type:2 Rm:4`;

const SHIFTED = { operand2: 'shifted' } as const;
const THUMB = { operand2: 'thumb' } as const;

/** Modified immediate and shifted register. ARM ARM DDI0406C A6.3.1, A6.3.11. */
const operand2Forms: readonly Row[] = [
  ...THREE.flatMap(([op, name, lift, imm, reg, w]) => {
    const text = `${name.toLowerCase()}{s}{c}`;
    return [
      t32(name, imm, immediate(op, 'S:1', 'Rn:4', 'Rd:4'), `${text}${w} {Rd}, {Rn}, {op2}`, 'alu', lift, THUMB),
      t32(name, reg, register(op, 'S:1', 'Rn:4', 'Rd:4'), `${text}${w} {Rd}, {Rn}, {op2}`, 'aluShift', lift, SHIFTED),
    ];
  }),
  ...COMPARE.flatMap(([op, name, lift, imm, reg, w]) => {
    const text = `${name.toLowerCase()}{c}${w} {Rn}, {op2}`;
    return [
      t32(name, imm, immediate(op, '1', 'Rn:4', '1111'), text, 'alu', lift, { ...THUMB, fixed: { S: 1 } }),
      t32(name, reg, register(op, '1', 'Rn:4', '1111'), text, 'aluShift', lift, { ...SHIFTED, fixed: { S: 1 } }),
    ];
  }),
  ...TWO.flatMap(([op, name, lift, imm, reg, w]) => {
    const text = `${name.toLowerCase()}{s}{c}${w} {Rd}, {op2}`;
    const rows = [t32(name, imm, immediate(op, 'S:1', '1111', 'Rd:4'), text, 'move', lift, THUMB)];
    return name === 'MVN'
      ? [...rows, t32(name, reg, register(op, 'S:1', '1111', 'Rd:4'), text, 'aluShift', lift, SHIFTED)]
      : rows;
  }),
];

/** MOV (register) and the shifts. ARM ARM DDI0406C A6.3.11, A6.3.12. */
const shifts: readonly Row[] = [
  t32('MOV', '103', '11101 01 0010 S:1 1111 (0) 000 Rd:4 00 00 Rm:4', 'mov{s}{c}.w {Rd}, {Rm}', 'move', data.mov, {
    operand2: 'register',
  }),
  t32('RRX', '151', '11101 01 0010 S:1 1111 (0) 000 Rd:4 00 11 Rm:4', 'mov{s}{c}.w {Rd}, {op2}', 'aluShift', data.mov, {
    ...SHIFTED,
    fixed: { type: 3 },
  }),
  ...(
    [
      ['LSL', '94', '95', '00', 0],
      ['LSR', '96', '97', '01', 1],
      ['ASR', '16', '17', '10', 2],
      ['ROR', '149', '150', '11', 3],
    ] as const
  ).flatMap(([name, imm, reg, op, type]) => {
    const text = `${name.toLowerCase()}{s}{c}.w`;
    return [
      t32(
        name,
        imm,
        `11101 01 0010 S:1 1111 (0) shift:3 Rd:4 shift:2 ${op} Rm:4`,
        'mov{s}{c}.w {Rd}, {op2}',
        'aluShift',
        data.mov,
        {
          ...SHIFTED,
          fixed: { type },
        },
      ),
      t32(
        name,
        reg,
        `11111 010 0${op} S:1 Rm:4 1111 Rd:4 0 000 Rs:4`,
        `${text} {Rd}, {Rm}, {Rs}`,
        'aluShiftByRegister',
        data.mov,
        {
          operand2: 'byRegister',
          fixed: { type },
        },
      ),
    ];
  }),
];

const PLAIN = { operand2: 'plain' } as const;

/** Plain binary immediate. ARM ARM DDI0406C A6.3.3. */
const plain: readonly Row[] = [
  t32('ADD', '4', '11110 imm:1 1 00000 Rn:4 0 imm:3 Rd:4 imm:8', 'addw{c} {Rd}, {Rn}, {imm}', 'alu', data.add, PLAIN),
  t32('SUB', '221', '11110 imm:1 1 01010 Rn:4 0 imm:3 Rd:4 imm:8', 'subw{c} {Rd}, {Rn}, {imm}', 'alu', data.sub, PLAIN),
  t32('ADR', '12', '11110 imm:1 1 00000 1111 0 imm:3 Rd:4 imm:8', 'addw{c} {Rd}, pc, {imm}', 'alu', data.add, {
    ...PLAIN,
    fixed: { Rn: 15 },
  }),
  t32('ADR', '12', '11110 imm:1 1 01010 1111 0 imm:3 Rd:4 imm:8', 'subw{c} {Rd}, pc, {imm}', 'alu', data.sub, {
    ...PLAIN,
    fixed: { Rn: 15 },
  }),
  t32(
    'MOVW',
    '102',
    '11110 imm@11:1 1 00100 imm@12:4 0 imm@8:3 Rd:4 imm@0:8',
    'movw{c} {Rd}, {imm}',
    'move',
    data.movw,
  ),
  t32(
    'MOVT',
    '106',
    '11110 imm@11:1 1 01100 imm@12:4 0 imm@8:3 Rd:4 imm@0:8',
    'movt{c} {Rd}, {imm}',
    'move',
    data.movt,
  ),
  t32(
    'SSAT',
    '193',
    '11110 (0) 11 00 type@1:1 0 Rn:4 0 shift:3 Rd:4 shift:2 (0) sat:5',
    'ssat{c} {Rd}, {satS}, {RnShifted}',
    'saturate',
    sat.ssat,
  ),
  t32(
    'SSAT16',
    '194',
    '11110 (0) 11 0010 Rn:4 0 000 Rd:4 00 (00) sat:4',
    'ssat16{c} {Rd}, {satS}, {Rn}',
    'saturate',
    sat.ssat16,
  ),
  t32(
    'USAT',
    '266',
    '11110 (0) 11 10 type@1:1 0 Rn:4 0 shift:3 Rd:4 shift:2 (0) sat:5',
    'usat{c} {Rd}, {sat}, {RnShifted}',
    'saturate',
    sat.usat,
  ),
  t32(
    'USAT16',
    '267',
    '11110 (0) 11 1010 Rn:4 0 000 Rd:4 00 (00) sat:4',
    'usat16{c} {Rd}, {sat}, {Rn}',
    'saturate',
    sat.usat16,
  ),
  t32(
    'SBFX',
    '164',
    '11110 (0) 11 0100 Rn:4 0 lsb:3 Rd:4 lsb:2 (0) width:5',
    'sbfx{c} {Rd}, {Rn}, {lsb}, {width}',
    'bitField',
    bits.sbfx,
  ),
  t32(
    'UBFX',
    '246',
    '11110 (0) 11 1100 Rn:4 0 lsb:3 Rd:4 lsb:2 (0) width:5',
    'ubfx{c} {Rd}, {Rn}, {lsb}, {width}',
    'bitField',
    bits.ubfx,
  ),
  t32(
    'BFI',
    '20',
    '11110 (0) 11 0110 Rn:4 0 lsb:3 Rd:4 lsb:2 (0) msb:5',
    'bfi{c} {Rd}, {Rn}, {lsb}, {msbWidth}',
    'bitField',
    bits.bfi,
  ),
  t32(
    'BFC',
    '19',
    '11110 (0) 11 0110 1111 0 lsb:3 Rd:4 lsb:2 (0) msb:5',
    'bfc{c} {Rd}, {lsb}, {msbWidth}',
    'bitField',
    bits.bfi,
    { fixed: { Rn: 15 } },
  ),
];

/** Data processing in the 32-bit encodings of T32. */
export const t32Data: readonly Row[] = [...operand2Forms, ...shifts, ...plain];
