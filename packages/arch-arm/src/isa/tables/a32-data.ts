import { type Row, type RowOptions, row } from '../decode/row.ts';
import * as data from '../lift/data-processing.ts';
import type { Insn } from '../lift/insn.ts';

type Handler = (x: Insn) => void;

/** Opcode field, mnemonic, handler, section of each form: immediate, register, register-shifted register. */
type Operation = readonly [
  opcode: string,
  mnemonic: string,
  lift: Handler,
  sections: readonly [string, string, string],
];

/** With two operands and a destination. */
const THREE: readonly Operation[] = [
  ['0000', 'AND', data.and, ['A8.8.13', 'A8.8.14', 'A8.8.15']],
  ['0001', 'EOR', data.eor, ['A8.8.46', 'A8.8.47', 'A8.8.48']],
  ['0010', 'SUB', data.sub, ['A8.8.222', 'A8.8.223', 'A8.8.224']],
  ['0011', 'RSB', data.rsb, ['A8.8.152', 'A8.8.153', 'A8.8.154']],
  ['0100', 'ADD', data.add, ['A8.8.5', 'A8.8.7', 'A8.8.8']],
  ['0101', 'ADC', data.adc, ['A8.8.1', 'A8.8.2', 'A8.8.3']],
  ['0110', 'SBC', data.sbc, ['A8.8.161', 'A8.8.162', 'A8.8.163']],
  ['0111', 'RSC', data.rsc, ['A8.8.155', 'A8.8.156', 'A8.8.157']],
  ['1100', 'ORR', data.orr, ['A8.8.122', 'A8.8.123', 'A8.8.124']],
  ['1110', 'BIC', data.bic, ['A8.8.21', 'A8.8.22', 'A8.8.23']],
];

/** With two operands, for the flags alone. */
const COMPARE: readonly Operation[] = [
  ['1000', 'TST', data.tst, ['A8.8.240', 'A8.8.241', 'A8.8.242']],
  ['1001', 'TEQ', data.teq, ['A8.8.237', 'A8.8.238', 'A8.8.239']],
  ['1010', 'CMP', data.cmp, ['A8.8.37', 'A8.8.38', 'A8.8.39']],
  ['1011', 'CMN', data.cmn, ['A8.8.34', 'A8.8.35', 'A8.8.36']],
];

function forms(operation: Operation, middle: string, syntax: string, fixed: RowOptions['fixed']): Row[] {
  const [opcode, mnemonic, lift, sections] = operation;
  const name = mnemonic.toLowerCase();
  const text = syntax.replace('*', name);
  const options = (operand2: Row['operand2']): RowOptions => ({
    operand2,
    pcDestination: true,
    ...(fixed ? { fixed } : {}),
  });
  const s = fixed?.S === 1 ? '1' : 'S:1';
  return [
    row('A32', mnemonic, sections[0], `cond:4 001 ${opcode} ${s} ${middle} imm:12`, text, 'alu', lift, options('arm')),
    row(
      'A32',
      mnemonic,
      sections[1],
      `cond:4 000 ${opcode} ${s} ${middle} shift:5 type:2 0 Rm:4`,
      text,
      'aluShift',
      lift,
      options('shifted'),
    ),
    row(
      'A32',
      mnemonic,
      sections[2],
      `cond:4 000 ${opcode} ${s} ${middle} Rs:4 0 type:2 1 Rm:4`,
      text,
      'aluShiftByRegister',
      lift,
      options('byRegister'),
    ),
  ];
}

const MVN: Operation = ['1111', 'MVN', data.mvn, ['A8.8.115', 'A8.8.116', 'A8.8.117']];
/** Mnemonic, type, section of the immediate and of the register form. */
const SHIFTS = [
  ['LSL', '00', 'A8.8.94', 'A8.8.95'],
  ['LSR', '01', 'A8.8.96', 'A8.8.97'],
  ['ASR', '10', 'A8.8.16', 'A8.8.17'],
  ['ROR', '11', 'A8.8.149', 'A8.8.150'],
] as const;

const TYPE = { '00': 0, '01': 1, '10': 2, '11': 3 } as const;

const shifts = SHIFTS.flatMap(([mnemonic, bits, immediate, register]): Row[] => {
  const name = mnemonic.toLowerCase();
  const fixed = { type: TYPE[bits] };
  return [
    row(
      'A32',
      mnemonic,
      immediate,
      `cond:4 000 1101 S:1 (0000) Rd:4 shift:5 ${bits} 0 Rm:4`,
      `${name}{s}{c} {Rd}, {Rm}, {count}`,
      'aluShift',
      data.mov,
      { operand2: 'shifted', pcDestination: true, fixed },
    ),
    row(
      'A32',
      mnemonic,
      register,
      `cond:4 000 1101 S:1 (0000) Rd:4 Rs:4 0 ${bits} 1 Rm:4`,
      `${name}{s}{c} {Rd}, {Rm}, {Rs}`,
      'aluShiftByRegister',
      data.mov,
      { operand2: 'byRegister', pcDestination: true, fixed },
    ),
  ];
});

const wideImmediate = 'Rd:4 imm@0:12';

/** Data processing in A32. ARM ARM DDI0406C A5.2.1 to A5.2.4. */
export const a32Data: readonly Row[] = [
  ...THREE.flatMap((one) => forms(one, 'Rn:4 Rd:4', '*{s}{c} {Rd}, {Rn}, {op2}', undefined)),
  ...COMPARE.flatMap((one) => forms(one, 'Rn:4 (0000)', '*{c} {Rn}, {op2}', { S: 1 })),
  ...forms(MVN, '(0000) Rd:4', '*{s}{c} {Rd}, {op2}', undefined),
  row('A32', 'MOV', 'A8.8.102', 'cond:4 001 1101 S:1 (0000) Rd:4 imm:12', 'mov{s}{c} {Rd}, {op2}', 'move', data.mov, {
    operand2: 'arm',
    pcDestination: true,
  }),
  row(
    'A32',
    'MOV',
    'A8.8.104',
    'cond:4 000 1101 S:1 (0000) Rd:4 00000 000 Rm:4',
    'mov{s}{c} {Rd}, {Rm}',
    'move',
    data.mov,
    {
      operand2: 'register',
      pcDestination: true,
    },
  ),
  row(
    'A32',
    'RRX',
    'A8.8.151',
    'cond:4 000 1101 S:1 (0000) Rd:4 00000 110 Rm:4',
    'rrx{s}{c} {Rd}, {Rm}',
    'aluShift',
    data.mov,
    {
      operand2: 'shifted',
      pcDestination: true,
      fixed: { type: 3 },
    },
  ),
  ...shifts,
  row(
    'A32',
    'MOVW',
    'A8.8.102',
    `cond:4 0011 0000 imm@12:4 ${wideImmediate}`,
    'movw{c} {Rd}, {imm}',
    'move',
    data.movw,
  ),
  row(
    'A32',
    'MOVT',
    'A8.8.106',
    `cond:4 0011 0100 imm@12:4 ${wideImmediate}`,
    'movt{c} {Rd}, {imm}',
    'move',
    data.movt,
  ),
];
