import { type Row, row } from '../decode/row.ts';
import * as br from '../lift/branch.ts';
import { mcr, mrc } from '../lift/coprocessor.ts';
import type { Insn } from '../lift/insn.ts';
import * as misc from '../lift/misc.ts';
import * as status from '../lift/status.ts';

const a32 = (
  mnemonic: string,
  section: string,
  encoding: string,
  syntax: string,
  cost: string,
  lift: (x: Insn) => void,
  more?: Parameters<typeof row>[7],
): Row => row('A32', mnemonic, section, encoding, syntax, cost, lift, more);

/** Branches, supervisor calls. ARM ARM DDI0406C A5.5, A5.7. */
const branches: readonly Row[] = [
  a32('B', 'A8.8.18', 'cond:4 1010 imm@2:24', 'b{c} {target26}', 'branch', br.branch(26)),
  a32('BL', 'A8.8.25', 'cond:4 1011 imm@2:24', 'bl{c} {target26}', 'call', br.bl),
  a32('BLX', 'A8.8.25', '1111 101 imm@1:1 imm@2:24', 'blx {target26}', 'call', br.blx),
  a32('BX', 'A8.8.27', 'cond:4 0001 0010 (111111111111) 0001 Rm:4', 'bx{c} {Rm}', 'branchIndirect', br.bx),
  a32('BXJ', 'A8.8.28', 'cond:4 0001 0010 (111111111111) 0010 Rm:4', 'bxj{c} {Rm}', 'branchIndirect', br.bx),
  a32('BLX', 'A8.8.26', 'cond:4 0001 0010 (111111111111) 0011 Rm:4', 'blx{c} {Rm}', 'branchIndirect', br.blxRegister),
  a32('SVC', 'A8.8.228', 'cond:4 1111 imm:24', 'svc{c} {immHex8}', 'supervisorCall', misc.svc),
  a32('BKPT', 'A8.8.24', 'cond:4 0001 0010 imm:12 0111 imm:4', 'bkpt {immHex4}', 'undefined', misc.bkpt),
  a32('UDF', 'A8.8.247', '1110 0111 1111 imm:12 1111 imm:4', 'udf {imm}', 'kernelCall', misc.udf),
];

/** Hints and barriers. ARM ARM DDI0406C A5.2.11, A5.7.1. */
const hints: readonly Row[] = [
  ...(
    [
      ['NOP', 'A8.8.119', '00000000'],
      ['YIELD', 'A8.8.426', '00000001'],
      ['WFE', 'A8.8.424', '00000010'],
      ['WFI', 'A8.8.425', '00000011'],
      ['SEV', 'A8.8.168', '00000100'],
    ] as const
  ).map(([name, section, op]) =>
    a32(
      name,
      section,
      `cond:4 0011 0010 0000 (1111) (0000) ${op}`,
      `${name.toLowerCase()}{c}${name === 'NOP' ? ' {braceImm}' : ''}`,
      'hint',
      misc.nop,
    ),
  ),
  a32('NOP', 'A8.8.119', 'cond:4 0011 0010 0000 (1111) (0000) imm:8', 'nop{c} {braceImm}', 'hint', misc.nop),
  a32('DBG', 'A8.8.42', 'cond:4 0011 0010 0000 (1111) (0000) 1111 imm:4', 'dbg{c} {imm}', 'hint', misc.nop),
  a32('DSB', 'A8.8.44', '1111 0101 0111 (1111) (1111) (0000) 0100 option:4', 'dsb {barrier}', 'barrier', misc.nop),
  a32('DMB', 'A8.8.43', '1111 0101 0111 (1111) (1111) (0000) 0101 option:4', 'dmb {barrier}', 'barrier', misc.nop),
  a32('ISB', 'A8.8.53', '1111 0101 0111 (1111) (1111) (0000) 0110 option:4', 'isb {isbOption}', 'barrier', misc.nop),
  a32('PLD', 'A8.8.126', '1111 0101 U:1 1 01 Rn:4 (1111) imm:12', 'pld {address}', 'hint', misc.nop, {
    fixed: { P: 1 },
  }),
  a32('PLDW', 'A8.8.126', '1111 0101 U:1 0 01 Rn:4 (1111) imm:12', 'pldw {address}', 'hint', misc.nop, {
    fixed: { P: 1 },
  }),
  a32('PLI', 'A8.8.129', '1111 0100 U:1 1 01 Rn:4 (1111) imm:12', 'pli {address}', 'hint', misc.nop, {
    fixed: { P: 1 },
  }),
  a32('PLD', 'A8.8.128', '1111 0111 U:1 1 01 Rn:4 (1111) shift:5 type:2 0 Rm:4', 'pld {address}', 'hint', misc.nop, {
    fixed: { P: 1 },
    operand2: 'shifted',
  }),
  a32('PLDW', 'A8.8.128', '1111 0111 U:1 0 01 Rn:4 (1111) shift:5 type:2 0 Rm:4', 'pldw {address}', 'hint', misc.nop, {
    fixed: { P: 1 },
    operand2: 'shifted',
  }),
  a32('PLI', 'A8.8.130', '1111 0110 U:1 1 01 Rn:4 (1111) shift:5 type:2 0 Rm:4', 'pli {address}', 'hint', misc.nop, {
    fixed: { P: 1 },
    operand2: 'shifted',
  }),
];

/** Status registers, coprocessors. ARM ARM DDI0406C A5.2.11, A5.2.12, A5.6. */
const statuses: readonly Row[] = [
  a32(
    'MRS',
    'A8.8.109',
    'cond:4 0001 0 R:1 00 (1111) Rd:4 (000000000000)',
    'mrs{c} {Rd}, {psr}',
    'status',
    status.mrs,
    { when: (x) => (x.word & 0xf00) === 0 },
  ),
  a32(
    'MSR',
    'A8.8.112',
    'cond:4 0001 0 R:1 10 mask:4 (1111) (00000000) Rn:4',
    'msr{c} {psrFields}, {Rn}',
    'statusWrite',
    status.msr,
    { when: (x) => (x.word & 0xff0) === 0 },
  ),
  a32(
    'MSR',
    'A8.8.111',
    'cond:4 0011 0 R:1 10 mask:4 (1111) imm:12',
    'msr{c} {psrFields}, {armImm}',
    'statusWrite',
    status.msrImmediate,
    { when: (x) => x.mask !== 0 || x.R !== 0 },
  ),
  a32(
    'CPS',
    'B9.3.2',
    '1111 0001 0000 imod:2 M:1 0 (0000000) aif:3 0 mode5:5',
    'cps{cpsEffect}',
    'modeChange',
    status.cps,
  ),
  a32(
    'SETEND',
    'A8.8.167',
    '1111 0001 0000 (000) 1 (000000) op:1 (0) 0000 (0000)',
    'setend {endian}',
    'modeChange',
    misc.undefinedInstruction,
  ),
  a32(
    'MCR',
    'A8.8.98',
    'cond:4 1110 opc1:3 0 CRn:4 Rt:4 coproc:4 opc2:3 1 CRm:4',
    'mcr{c} {coprocRegister}',
    'coprocessor',
    mcr,
  ),
  a32(
    'MRC',
    'A8.8.107',
    'cond:4 1110 opc1:3 1 CRn:4 Rt:4 coproc:4 opc2:3 1 CRm:4',
    'mrc{c} {coprocRegister}',
    'coprocessor',
    mrc,
  ),
];

/** Control, status and system instructions of A32. */
export const a32Control: readonly Row[] = [...branches, ...hints, ...statuses];
