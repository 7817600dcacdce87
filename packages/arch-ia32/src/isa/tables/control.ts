import { type Row, row } from '../decode/row.ts';
import {
  bound,
  call,
  callIndirect,
  int,
  int1,
  int3,
  into,
  jcc,
  jecxz,
  jump,
  jumpIndirect,
  loop,
  loope,
  loopne,
  ret,
  undefinedInstruction,
} from '../lift/control.ts';
import { CONDITION_NAMES } from '../lift/flags.ts';

const hex = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, '0');
const transfer = { test: { skip: 'control transfer' } };

/** Near control transfers, software interrupts; far ones are in system.ts. */
export const controlRows: readonly Row[] = [
  ...CONDITION_NAMES.flatMap((name, code) => [
    row(`${hex(0x70 + code)} cb`, `j${name}`, 'Jb', 'branch', jcc, { section: 'Jcc', ...transfer }),
    row(`0F ${hex(0x80 + code)} cz`, `j${name}`, 'Jz', 'branch', jcc, { section: 'Jcc', ...transfer }),
  ]),
  row('E0 cb', 'loopne', 'Jb', 'loop', loopne, { section: 'LOOP/LOOPcc', ...transfer }),
  row('E1 cb', 'loope', 'Jb', 'loop', loope, { section: 'LOOP/LOOPcc', ...transfer }),
  row('E2 cb', 'loop', 'Jb', 'loop', loop, { section: 'LOOP/LOOPcc', ...transfer }),
  row('E3 cb', 'jecxz', 'Jb', 'branch', jecxz, { section: 'Jcc', ...transfer }),
  row('E8 cz', 'call', 'Jz', 'call', call, transfer),
  row('E9 cz', 'jmp', 'Jz', 'branch', jump, transfer),
  row('EB cb', 'jmp', 'Jb', 'branch', jump, transfer),
  row('FF /2', 'call', 'Ev', 'callIndirect', callIndirect, transfer),
  row('FF /4', 'jmp', 'Ev', 'jumpIndirect', jumpIndirect, transfer),
  row('C2 iw', 'ret', 'Iw', 'return', ret, transfer),
  row('C3', 'ret', '', 'return', ret, transfer),
  row('CC', 'int3', '', 'interrupt', int3, { section: 'INT n/INTO/INT3/INT1', ...transfer }),
  row('CD ib', 'int', 'Ib', 'interrupt', int, { section: 'INT n/INTO/INT3/INT1', ...transfer }),
  row('CE', 'into', '', 'alu', into, { section: 'INT n/INTO/INT3/INT1', ...transfer }),
  row('F1', 'int1', '', 'interrupt', int1, { section: 'INT n/INTO/INT3/INT1', ...transfer }),
  row('62 /r', 'bound', 'Gv,Ma', 'bound', bound, transfer),
  row('0F 0B', 'ud2', '', 'alu', undefinedInstruction, { section: 'UD', ...transfer }),
  row('0F B9 /r', 'ud1', 'Gv,Ev', 'alu', undefinedInstruction, { section: 'UD', ...transfer }),
  row('0F FF /r', 'ud0', 'Gv,Ev', 'alu', undefinedInstruction, { section: 'UD', ...transfer }),
];
