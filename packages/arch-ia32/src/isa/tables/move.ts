import { type Row, row } from '../decode/row.ts';
import { CONDITION_NAMES } from '../lift/flags.ts';
import {
  bswap,
  cbw,
  cmov,
  cmpxchg,
  cmpxchg8b,
  cwd,
  lea,
  mov,
  movsx,
  movzx,
  setcc,
  xadd,
  xchg,
  xlat,
} from '../lift/move.ts';

const hex = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, '0');
const locked = { lock: true } as const;

/** Data movement and conversion. */
export const moveRows: readonly Row[] = [
  row('88 /r', 'mov', 'Eb,Gb', 'move', mov),
  row('89 /r', 'mov', 'Ev,Gv', 'move', mov),
  row('8A /r', 'mov', 'Gb,Eb', 'move', mov),
  row('8B /r', 'mov', 'Gv,Ev', 'move', mov),
  row('A0', 'mov', 'AL,Ob', 'move', mov),
  row('A1', 'mov', 'eAX,Ov', 'move', mov),
  row('A2', 'mov', 'Ob,AL', 'move', mov),
  row('A3', 'mov', 'Ov,eAX', 'move', mov),
  row('B0+rb ib', 'mov', 'Zb,Ib', 'move', mov),
  row('B8+rd iz', 'mov', 'Zv,Iz', 'move', mov),
  row('C6 /0 ib', 'mov', 'Eb,Ib', 'move', mov),
  row('C7 /0 iz', 'mov', 'Ev,Iz', 'move', mov),
  row('0F B6 /r', 'movzx', 'Gv,Eb', 'move', movzx),
  row('0F B7 /r', 'movzx', 'Gv,Ew', 'move', movzx),
  row('0F BE /r', 'movsx', 'Gv,Eb', 'move', movsx),
  row('0F BF /r', 'movsx', 'Gv,Ew', 'move', movsx),
  row('8D /r', 'lea', 'Gv,Mn', 'lea', lea),
  row('86 /r', 'xchg', 'Eb,Gb', 'exchange', xchg, locked),
  row('87 /r', 'xchg', 'Ev,Gv', 'exchange', xchg, locked),
  row('90+rd', 'xchg', 'Zv,eAX', 'exchange', xchg),
  row('0F C0 /r', 'xadd', 'Eb,Gb', 'exchange', xadd, locked),
  row('0F C1 /r', 'xadd', 'Ev,Gv', 'exchange', xadd, locked),
  row('0F B0 /r', 'cmpxchg', 'Eb,Gb', 'exchange', cmpxchg, locked),
  row('0F B1 /r', 'cmpxchg', 'Ev,Gv', 'exchange', cmpxchg, locked),
  row('0F C7 /1', 'cmpxchg8b', 'Mq', 'exchange', cmpxchg8b, locked),
  row('0F C8+rd', 'bswap', 'Zv', 'byteSwap', bswap),
  row('D7', 'xlat', '', 'table', xlat),
  row('98', 'cbw|cwde', '', 'alu', cbw, { section: 'CBW/CWDE/CDQE' }),
  row('99', 'cwd|cdq', '', 'alu', cwd, { section: 'CWD/CDQ/CQO' }),
  ...CONDITION_NAMES.flatMap((name, code) => [
    row(`0F ${hex(0x40 + code)} /r`, `cmov${name}`, 'Gv,Ev', 'conditionalMove', cmov, { section: 'CMOVcc' }),
    row(`0F ${hex(0x90 + code)} /r`, `set${name}`, 'Eb', 'setCondition', setcc, { section: 'SETcc' }),
  ]),
];
