import { type Row, row } from '../decode/row.ts';
import * as br from '../lift/branch.ts';
import { mcr, mrc } from '../lift/coprocessor.ts';
import { subsPcLr } from '../lift/exception-return.ts';
import { clrex } from '../lift/exclusive.ts';
import type { Insn } from '../lift/insn.ts';
import * as misc from '../lift/misc.ts';
import * as status from '../lift/status.ts';

type Options = NonNullable<Parameters<typeof row>[7]>;

const t32 = (
  mnemonic: string,
  section: string,
  encoding: string,
  syntax: string,
  cost: string,
  lift: (x: Insn) => void,
  more?: Options,
): Row =>
  row('T32', mnemonic, section.startsWith('B') ? section : `A8.8.${section}`, encoding, syntax, cost, lift, more);

/** ARM ARM DDI0406C A6.3.4. */
const branches: readonly Row[] = [
  t32(
    'B',
    '18',
    '11110 imm@20:1 cond:4 imm@12:6 10 imm@18:1 0 imm@19:1 imm@1:11',
    'b{c}.w {target21}',
    'branch',
    br.branch(21),
    {
      when: (x) => x.cond < 14,
    },
  ),
  t32(
    'B',
    '18',
    '11110 imm@24:1 imm@12:10 10 imm@23:1 1 imm@22:1 imm@1:11',
    'b{c}.w {target25}',
    'branch',
    br.branchLong,
  ),
  t32('BL', '25', '11110 imm@24:1 imm@12:10 11 imm@23:1 1 imm@22:1 imm@1:11', 'bl{c} {target25}', 'call', br.blLong),
  t32(
    'BLX',
    '25',
    '11110 imm@24:1 imm@12:10 11 imm@23:1 0 imm@22:1 imm@2:10 0',
    'blx{c} {target25}',
    'call',
    br.blxLong,
  ),
  t32('BXJ', '28', '11110 0111100 Rm:4 10 (0) 0 (1111) (00000000)', 'bxj{c} {Rm}', 'branchIndirect', br.bx),
  t32('TBB', '236', '1110100 0110 1 Rn:4 (1111) (0000) 0000 Rm:4', 'tbb{c} [{Rn}, {Rm}]', 'tableBranch', br.tbb),
  t32(
    'TBH',
    '236',
    '1110100 0110 1 Rn:4 (1111) (0000) 0001 Rm:4',
    'tbh{c} [{Rn}, {Rm}, lsl #1]',
    'tableBranch',
    br.tbh,
  ),
  t32(
    'SUBS PC, LR',
    'B9.3.19',
    '11110 0111101 (1110) 10 (0) 0 (1111) imm:8',
    'subs{c} pc, lr, {imm}',
    'exceptionReturn',
    subsPcLr,
  ),
  t32('UDF', '247', '111 10 1111111 imm:4 1010 imm:12', 'udf{c}.w {imm}', 'undefined', misc.udf),
];

/** Status registers, hints, barriers. */
const statuses: readonly Row[] = [
  t32(
    'MSR',
    '112',
    '11110 011100 R:1 Rn:4 10 (0) 0 mask:4 (00000000)',
    'msr{c} {psrFields}, {Rn}',
    'statusWrite',
    status.msr,
  ),
  t32('MRS', '109', '11110 011111 R:1 (1111) 10 (0) 0 Rd:4 (00000000)', 'mrs{c} {Rd}, {psr}', 'status', status.mrs),
  ...(
    [
      ['NOP', '119', '00000000'],
      ['YIELD', '426', '00000001'],
      ['WFE', '424', '00000010'],
      ['WFI', '425', '00000011'],
      ['SEV', '168', '00000100'],
    ] as const
  ).map(([name, section, op]) =>
    t32(name, section, `11110 0111010 (1111) 10 (0) 0 (0) 000 ${op}`, `${name.toLowerCase()}{c}.w`, 'hint', misc.nop),
  ),
  t32('NOP', '119', '11110 0111010 (1111) 10 (0) 0 (0) 000 imm:8', 'nop{c}.w {braceImm}', 'hint', misc.nop),
  t32('DBG', '42', '11110 0111010 (1111) 10 (0) 0 (0) 000 1111 imm:4', 'dbg{c} {imm}', 'hint', misc.nop),
  t32(
    'CPS',
    'B9.3.2',
    '11110 0111010 (1111) 10 (0) 0 (0) imod:2 M:1 aif:3 mode5:5',
    'cps{cpsEffect}',
    'modeChange',
    status.cps,
    {
      when: (x) => x.imod > 1 || x.M === 1,
      unconditional: true,
    },
  ),
  t32('CLREX', '32', '11110 0111011 (1111) 10 (0) 0 (1111) 0010 (1111)', 'clrex{c}', 'exclusive', clrex),
  t32('DSB', '44', '11110 0111011 (1111) 10 (0) 0 (1111) 0100 option:4', 'dsb{c} {barrier}', 'barrier', misc.nop),
  t32('DMB', '43', '11110 0111011 (1111) 10 (0) 0 (1111) 0101 option:4', 'dmb{c} {barrier}', 'barrier', misc.nop),
  t32('ISB', '53', '11110 0111011 (1111) 10 (0) 0 (1111) 0110 option:4', 'isb{c} {isbOption}', 'barrier', misc.nop),
  t32(
    'MCR',
    '98',
    '1110 1110 opc1:3 0 CRn:4 Rt:4 coproc:4 opc2:3 1 CRm:4',
    'mcr{c} {coprocRegister}',
    'coprocessor',
    mcr,
  ),
  t32(
    'MRC',
    '107',
    '1110 1110 opc1:3 1 CRn:4 Rt:4 coproc:4 opc2:3 1 CRm:4',
    'mrc{c} {coprocRegister}',
    'coprocessor',
    mrc,
  ),
];

/** Control, status and system instructions in the 32-bit encodings of T32. */
export const t32Control: readonly Row[] = [...branches, ...statuses];
