import { type Row, row } from '../decode/row.ts';
import * as bits from '../lift/bits.ts';
import * as br from '../lift/branch.ts';
import * as data from '../lift/data-processing.ts';
import type { Insn } from '../lift/insn.ts';
import * as ls from '../lift/load-store.ts';
import { ldm, stm } from '../lift/load-store-multiple.ts';
import * as misc from '../lift/misc.ts';
import { mul } from '../lift/multiply.ts';
import * as status from '../lift/status.ts';

type Handler = (x: Insn) => void;
type Options = NonNullable<Parameters<typeof row>[7]>;

const half = (
  mnemonic: string,
  section: string,
  encoding: string,
  syntax: string,
  cost: string,
  lift: Handler,
  more?: Options,
): Row => row('T16', mnemonic, `A8.8.${section}`.replace('A8.8.B', 'B'), encoding, syntax, cost, lift, more);

/** Sets the flags outside IT blocks. */
const S = { flagsOutsideIt: true } as const;

/** Shift (immediate), add, subtract, move, compare. ARM ARM DDI0406C A6.2.1. */
const basic: readonly Row[] = [
  half('MOV', '103', '000 00 00000 Rm:3 Rd:3', 'mov{s}{c} {Rd}, {Rm}', 'move', data.mov, {
    ...S,
    operand2: 'register',
  }),
  ...(
    [
      ['LSL', '94', '00', 0],
      ['LSR', '96', '01', 1],
      ['ASR', '16', '10', 2],
    ] as const
  ).map(([name, section, op, type]) =>
    half(
      name,
      section,
      `000 ${op} shift:5 Rm:3 Rd:3`,
      `${name.toLowerCase()}{s}{c} {Rd}, {Rm}, {count}`,
      'aluShift',
      data.mov,
      {
        ...S,
        operand2: 'shifted',
        fixed: { type },
      },
    ),
  ),
  half('ADD', '6', '000 11 0 0 Rm:3 Rn:3 Rd:3', 'add{s}{c} {Rd}, {Rn}, {Rm}', 'alu', data.add, {
    ...S,
    operand2: 'register',
  }),
  half('SUB', '223', '000 11 0 1 Rm:3 Rn:3 Rd:3', 'sub{s}{c} {Rd}, {Rn}, {Rm}', 'alu', data.sub, {
    ...S,
    operand2: 'register',
  }),
  half('ADD', '4', '000 11 1 0 imm:3 Rn:3 Rd:3', 'add{s}{c} {Rd}, {Rn}, {imm}', 'alu', data.add, {
    ...S,
    operand2: 'plain',
  }),
  half('SUB', '221', '000 11 1 1 imm:3 Rn:3 Rd:3', 'sub{s}{c} {Rd}, {Rn}, {imm}', 'alu', data.sub, {
    ...S,
    operand2: 'plain',
  }),
  half('MOV', '102', '001 00 Rd:3 imm:8', 'mov{s}{c} {Rd}, {imm}', 'move', data.mov, { ...S, operand2: 'plain' }),
  half('CMP', '37', '001 01 Rn:3 imm:8', 'cmp{c} {Rn}, {imm}', 'alu', data.cmp, { operand2: 'plain' }),
  half('ADD', '4', '001 10 Rd=Rn:3 imm:8', 'add{s}{c} {Rd}, {imm}', 'alu', data.add, { ...S, operand2: 'plain' }),
  half('SUB', '221', '001 11 Rd=Rn:3 imm:8', 'sub{s}{c} {Rd}, {imm}', 'alu', data.sub, { ...S, operand2: 'plain' }),
];

/** Data processing on low registers. ARM ARM DDI0406C A6.2.2. */
const registers: readonly Row[] = [
  ...(
    [
      ['AND', '14', '0000', data.and],
      ['EOR', '47', '0001', data.eor],
      ['ADC', '2', '0101', data.adc],
      ['SBC', '162', '0110', data.sbc],
      ['ORR', '123', '1100', data.orr],
      ['BIC', '22', '1110', data.bic],
    ] as const
  ).map(([name, section, op, lift]) =>
    half(name, section, `010000 ${op} Rm:3 Rd=Rn:3`, `${name.toLowerCase()}{s}{c} {Rd}, {Rm}`, 'alu', lift, {
      ...S,
      operand2: 'register',
    }),
  ),
  ...(
    [
      ['LSL', '95', '0010', 0],
      ['LSR', '97', '0011', 1],
      ['ASR', '17', '0100', 2],
      ['ROR', '150', '0111', 3],
    ] as const
  ).map(([name, section, op, type]) =>
    half(
      name,
      section,
      `010000 ${op} Rs:3 Rd=Rm:3`,
      `${name.toLowerCase()}{s}{c} {Rd}, {Rs}`,
      'aluShiftByRegister',
      data.mov,
      {
        ...S,
        operand2: 'byRegister',
        fixed: { type },
      },
    ),
  ),
  half('TST', '241', '010000 1000 Rm:3 Rn:3', 'tst{c} {Rn}, {Rm}', 'alu', data.tst, { operand2: 'register' }),
  half('RSB', '152', '010000 1001 Rn:3 Rd:3', 'neg{s}{c} {Rd}, {Rn}', 'alu', data.rsb, { ...S, operand2: 'plain' }),
  half('CMP', '38', '010000 1010 Rm:3 Rn:3', 'cmp{c} {Rn}, {Rm}', 'alu', data.cmp, { operand2: 'register' }),
  half('CMN', '35', '010000 1011 Rm:3 Rn:3', 'cmn{c} {Rn}, {Rm}', 'alu', data.cmn, { operand2: 'register' }),
  half('MUL', '114', '010000 1101 Rn:3 Rd=Rm:3', 'mul{s}{c} {Rd}, {Rn}', 'multiply', mul, S),
  half('MVN', '116', '010000 1111 Rm:3 Rd:3', 'mvn{s}{c} {Rd}, {Rm}', 'alu', data.mvn, { ...S, operand2: 'register' }),
];

/** High registers, branch and exchange. ARM ARM DDI0406C A6.2.3. */
const special: readonly Row[] = [
  half('ADD', '6', '010001 00 Rd=Rn@3:1 Rm:4 Rd=Rn@0:3', 'add{c} {Rd}, {Rm}', 'alu', data.add, {
    operand2: 'register',
    pcDestination: true,
  }),
  half('CMP', '38', '010001 01 Rn@3:1 Rm:4 Rn@0:3', 'cmp{c} {Rn}, {Rm}', 'alu', data.cmp, { operand2: 'register' }),
  half('MOV', '103', '010001 10 Rd@3:1 Rm:4 Rd@0:3', 'mov{c} {Rd}, {Rm}', 'move', data.mov, {
    operand2: 'register',
    pcDestination: true,
  }),
  half('BX', '27', '010001 11 0 Rm:4 (000)', 'bx{c} {Rm}', 'branchIndirect', br.bx),
  half('BLX', '26', '010001 11 1 Rm:4 (000)', 'blx{c} {Rm}', 'branchIndirect', br.blxRegister),
];

/** Loads and stores. ARM ARM DDI0406C A6.2.4. */
const P1 = { P: 1, U: 1 } as const;
const memory: readonly Row[] = [
  half('LDR', '64', '01001 Rt:3 imm@2:8', 'ldr{c} {Rt}, {literal}', 'load', ls.ldr, { fixed: { ...P1, Rn: 15 } }),
  ...(
    [
      ['STR', '205', '000', ls.str],
      ['STRH', '218', '001', ls.strh],
      ['STRB', '208', '010', ls.strb],
      ['LDRSB', '86', '011', ls.ldrsb],
      ['LDR', '65', '100', ls.ldr],
      ['LDRH', '82', '101', ls.ldrh],
      ['LDRB', '70', '110', ls.ldrb],
      ['LDRSH', '90', '111', ls.ldrsh],
    ] as const
  ).map(([name, section, op, lift]) =>
    half(
      name,
      section,
      `0101 ${op} Rm:3 Rn:3 Rt:3`,
      `${name.toLowerCase()}{c} {Rt}, {address}`,
      name.startsWith('LDR') ? 'load' : 'store',
      lift,
      {
        operand2: 'register',
        fixed: P1,
      },
    ),
  ),
  ...(
    [
      ['STR', '203', '0110 0', 2, ls.str],
      ['LDR', '62', '0110 1', 2, ls.ldr],
      ['STRB', '206', '0111 0', 0, ls.strb],
      ['LDRB', '67', '0111 1', 0, ls.ldrb],
      ['STRH', '216', '1000 0', 1, ls.strh],
      ['LDRH', '79', '1000 1', 1, ls.ldrh],
    ] as const
  ).map(([name, section, op, scale, lift]) =>
    half(
      name,
      section,
      `${op} imm@${scale}:5 Rn:3 Rt:3`,
      `${name.toLowerCase()}{c} {Rt}, {addressZero}`,
      name.startsWith('LDR') ? 'load' : 'store',
      lift,
      {
        fixed: P1,
      },
    ),
  ),
  half('STR', '203', '1001 0 Rt:3 imm@2:8', 'str{c} {Rt}, {addressZero}', 'store', ls.str, {
    fixed: { ...P1, Rn: 13 },
  }),
  half('LDR', '62', '1001 1 Rt:3 imm@2:8', 'ldr{c} {Rt}, {addressZero}', 'load', ls.ldr, { fixed: { ...P1, Rn: 13 } }),
  half('ADR', '12', '10100 Rd:3 imm@2:8', 'add{c} {Rd}, pc, {imm}', 'alu', data.add, {
    operand2: 'plain',
    fixed: { Rn: 15 },
  }),
  half('ADD', '9', '10101 Rd:3 imm@2:8', 'add{c} {Rd}, sp, {imm}', 'alu', data.add, {
    operand2: 'plain',
    fixed: { Rn: 13 },
  }),
  half('STM', '199', '1100 0 Rn:3 list:8', 'stmia{c} {Rn}{wb}, {list}', 'storeMultiple', stm, {
    fixed: { U: 1, W: 1 },
  }),
  half('LDM', '57', '1100 1 Rn:3 list:8', 'ldmia{c} {Rn}!, {list}', 'loadMultiple', ldm, {
    fixed: { U: 1, W: 1 },
    when: (x) => (x.list & (1 << x.Rn)) === 0,
  }),
  half('LDM', '57', '1100 1 Rn:3 list:8', 'ldmia{c} {Rn}, {list}', 'loadMultiple', ldm, {
    fixed: { U: 1 },
    when: (x) => (x.list & (1 << x.Rn)) !== 0,
  }),
];

/** Miscellaneous. ARM ARM DDI0406C A6.2.5. */
const miscellaneous: readonly Row[] = [
  half('ADD', '9', '1011 0000 0 imm@2:7', 'add{c} sp, {imm}', 'alu', data.add, {
    operand2: 'plain',
    fixed: { Rd: 13, Rn: 13 },
  }),
  half('SUB', '225', '1011 0000 1 imm@2:7', 'sub{c} sp, {imm}', 'alu', data.sub, {
    operand2: 'plain',
    fixed: { Rd: 13, Rn: 13 },
  }),
  half('CBZ', '29', '1011 op:1 0 imm@6:1 1 imm@1:5 Rn:3', 'cb{nOp}z {Rn}, {targetForward}', 'branch', br.cbz),
  ...(
    [
      ['SXTH', '235', '0010 00', bits.sxth],
      ['SXTB', '233', '0010 01', bits.sxtb],
      ['UXTH', '276', '0010 10', bits.uxth],
      ['UXTB', '274', '0010 11', bits.uxtb],
    ] as const
  ).map(([name, section, op, lift]) =>
    half(name, section, `1011 ${op} Rm:3 Rd:3`, `${name.toLowerCase()}{c} {Rd}, {Rm}`, 'alu', lift, {
      fixed: { Rn: 15 },
    }),
  ),
  half('PUSH', '133', '1011 010 list@14:1 list@0:8', 'push{c} {list}', 'storeMultiple', stm, {
    fixed: { P: 1, W: 1, Rn: 13 },
  }),
  half('POP', '131', '1011 110 list@15:1 list@0:8', 'pop{c} {list}', 'loadMultiple', ldm, {
    fixed: { U: 1, W: 1, Rn: 13 },
  }),
  half('SETEND', '167', '1011 0110 010 (1) op:1 (000)', 'setend {endian}', 'modeChange', misc.undefinedInstruction),
  half('CPS', 'B9.3.2', '1011 0110 011 imod@0:1 (0) aif:3', 'cps{cpsEffect}', 'modeChange', status.cps, {
    fixed: { imod: 2 },
    unconditional: true,
  }),
  half('REV', '145', '1011 1010 00 Rm:3 Rd:3', 'rev{c} {Rd}, {Rm}', 'alu', bits.rev),
  half('REV16', '146', '1011 1010 01 Rm:3 Rd:3', 'rev16{c} {Rd}, {Rm}', 'alu', bits.rev16),
  half('REVSH', '147', '1011 1010 11 Rm:3 Rd:3', 'revsh{c} {Rd}, {Rm}', 'alu', bits.revsh),
  half('BKPT', '24', '1011 1110 imm:8', 'bkpt {immHex4}', 'undefined', misc.bkpt, { unconditional: true }),
  half('NOP', '119', '1011 1111 imm:4 0000', 'nop{c} {braceImm}', 'hint', misc.nop),
  ...(
    [
      ['NOP', '119', '0000'],
      ['YIELD', '426', '0001'],
      ['WFE', '424', '0010'],
      ['WFI', '425', '0011'],
      ['SEV', '168', '0100'],
    ] as const
  ).map(([name, section, op]) =>
    half(name, section, `1011 1111 ${op} 0000`, `${name.toLowerCase()}{c}`, 'hint', misc.nop),
  ),
  half('IT', '54', '1011 1111 firstcond:4 mask:4', 'it{itMask} {itCond}', 'alu', misc.it, {
    when: (x) => x.mask !== 0,
    unconditional: true,
  }),
];

/** Branches, supervisor call. ARM ARM DDI0406C A6.2.6, A6.2.8. */
const branches: readonly Row[] = [
  half('B', '18', '1101 cond:4 imm@1:8', 'b{c}.n {target9}', 'branch', br.branch(9)),
  half('UDF', '247', '1101 1110 imm:8', 'udf{c} {imm}', 'undefined', misc.udf),
  half('SVC', '228', '1101 1111 imm:8', 'svc{c} {immSvc}', 'supervisorCall', misc.svc),
  half('B', '18', '11100 imm@1:11', 'b{c}.n {target12}', 'branch', br.branch(12)),
];

/** The 16-bit encodings of T32. */
export const t16: readonly Row[] = [...basic, ...registers, ...special, ...memory, ...miscellaneous, ...branches];
