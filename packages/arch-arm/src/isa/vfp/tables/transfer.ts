/** Moves from and to general registers. ARM ARM DDI0406C A7.8, A7.9. */
import { bothSets, type Row } from '../../decode/row.ts';
import { asDouble, asSingle } from '../../decode/vector-registers.ts';
import type { Insn } from '../../lift/insn.ts';
import { isSystemRegister, readStatus, writeStatus } from '../status.ts';
import * as transfer from '../transfer.ts';

const differ = (x: Insn): boolean => x.Rt < 15 && x.Rt2 < 15;
const general = (x: Insn): boolean => x.Rt < 15;

function lanes(bits: 8 | 16 | 32, opc1: string, opc2: string): Row[] {
  const move = (n: 'D' | 'N', direction: string, first: string) =>
    asDouble(`cond:4 1110 ${first} ${opc1} ${direction} V${n.toLowerCase()} Rt:4 1011 ${n} ${opc2} 1 (0000)`, n);
  const from = bits === 32 ? '32' : '{u}';
  return [
    ...bothSets(
      'VMOV',
      'A8.8.341',
      move('D', '0', '0'),
      `vmov{c}.${bits} {Dd}[{index}], {Rt}`,
      'vfpTransfer',
      transfer.toLane(bits),
      { when: general },
    ),
    ...bothSets(
      'VMOV',
      'A8.8.342',
      move('N', '1', bits === 32 ? '0' : 'U:1'),
      bits === 32 ? 'vmov{c}.32 {Rt}, {Dn}[{index}]' : `vmov{c}.${from}${bits} {Rt}, {Dn}[{index}]`,
      'vfpTransfer',
      transfer.fromLane(bits),
      { when: general },
    ),
  ];
}

function duplicate(bits: 8 | 16 | 32, b: string, e: string): Row[] {
  return bothSets(
    'VDUP',
    'A8.8.314',
    asDouble(`cond:4 1110 1 ${b} Q:1 0 Vd Rt:4 1011 D 0 ${e} 1 (0000)`, 'D'),
    `vdup{c}.${bits} {Vd}, {Rt}`,
    'neonMove',
    transfer.duplicate(bits),
    { when: (x) => general(x) && !(x.Q && x.Vd & 1) },
  );
}

export const transferRows: readonly Row[] = [
  ...bothSets(
    'VMOV',
    'A8.8.343',
    asSingle('cond:4 1110 0000 Vn Rt:4 1010 N (00) 1 (0000)'),
    'vmov{c} {Sn}, {Rt}',
    'vfpTransfer',
    transfer.toSingle,
    { when: general },
  ),
  ...bothSets(
    'VMOV',
    'A8.8.343',
    asSingle('cond:4 1110 0001 Vn Rt:4 1010 N (00) 1 (0000)'),
    'vmov{c} {Rt}, {Sn}',
    'vfpTransfer',
    transfer.fromSingle,
    { when: general },
  ),
  ...bothSets(
    'VMOV',
    'A8.8.344',
    asSingle('cond:4 1100 0100 Rt2:4 Rt:4 1010 00 M 1 Vm'),
    'vmov{c} {Sm}, {Sm1}, {Rt}, {Rt2}',
    'vfpTransfer',
    transfer.toTwoSingles,
    { when: (x) => differ(x) && x.Vm < 31 },
  ),
  ...bothSets(
    'VMOV',
    'A8.8.344',
    asSingle('cond:4 1100 0101 Rt2:4 Rt:4 1010 00 M 1 Vm'),
    'vmov{c} {Rt}, {Rt2}, {Sm}, {Sm1}',
    'vfpTransfer',
    transfer.fromTwoSingles,
    { when: (x) => differ(x) && x.Rt !== x.Rt2 && x.Vm < 31 },
  ),
  ...bothSets(
    'VMOV',
    'A8.8.345',
    asDouble('cond:4 1100 0100 Rt2:4 Rt:4 1011 00 M 1 Vm'),
    'vmov{c} {Dm}, {Rt}, {Rt2}',
    'vfpTransfer',
    transfer.toDouble,
    { when: differ },
  ),
  ...bothSets(
    'VMOV',
    'A8.8.345',
    asDouble('cond:4 1100 0101 Rt2:4 Rt:4 1011 00 M 1 Vm'),
    'vmov{c} {Rt}, {Rt2}, {Dm}',
    'vfpTransfer',
    transfer.fromDouble,
    { when: (x) => differ(x) && x.Rt !== x.Rt2 },
  ),
  ...lanes(8, '1 index@2:1', 'index@0:2'),
  ...lanes(16, '0 index@1:1', 'index@0:1 1'),
  ...lanes(32, '0 index:1', '00'),
  ...duplicate(32, '0', '0'),
  ...duplicate(16, '0', '1'),
  ...duplicate(8, '1', '0'),
  ...bothSets(
    'VMRS',
    'A8.8.348',
    'cond:4 1110 1111 opc1:4 Rt:4 1010 (000) 1 (0000)',
    'vmrs{c} {RtFlags}, {sysreg}',
    'vfpTransfer',
    readStatus,
    { when: (x) => isSystemRegister(x.opc1) && (x.Rt < 15 || x.opc1 === 1) },
  ),
  ...bothSets(
    'VMSR',
    'A8.8.349',
    'cond:4 1110 1110 opc1:4 Rt:4 1010 (000) 1 (0000)',
    'vmsr{c} {sysreg}, {Rt}',
    'vfpTransfer',
    writeStatus,
    { when: (x) => isSystemRegister(x.opc1) && general(x) },
  ),
];
