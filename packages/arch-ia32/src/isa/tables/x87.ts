import { ADD, DIV, DIVR, MUL, SUB, SUBR } from '@kml/core/softfloat';
import { type Row, row } from '../decode/row.ts';
import {
  FX_RESTORE,
  FX_SAVE,
  LOAD_ENVIRONMENT,
  RESTORE_STATE,
  SAVE_STATE,
  STORE_ENVIRONMENT,
} from '../fp/state-routines.ts';
import { QUIET_COMPARE, X87_EXAMINE } from '../fp/x87-compare.ts';
import { UNCHECKED, X87_FREE, X87_ROTATE } from '../fp/x87-load.ts';
import * as transcendental from '../fp/x87-transcendental.ts';
import { X87_EXTRACT, X87_REMAINDER, X87_ROUND, X87_SCALE } from '../fp/x87-unary.ts';
import * as f from '../lift/x87.ts';
import * as control from '../lift/x87-control.ts';

/** Cost classes: fpuMove, fpuAdd, fpuMultiply, fpuDivide, fpuFunction (transcendental), fpuControl, fpuState. */
const COST = (op: number) => (op === MUL ? 'fpuMultiply' : op === DIV || op === DIVR ? 'fpuDivide' : 'fpuAdd');

/** FADD and its kin: name, operation, reg field of the D8, DA, DC (memory) and DE (memory) forms. */
const OPERATIONS = [
  ['add', ADD, 0],
  ['mul', MUL, 1],
  ['sub', SUB, 4],
  ['subr', SUBR, 5],
  ['div', DIV, 6],
  ['divr', DIVR, 7],
] as const;

const hex = (value: number) => value.toString(16).toUpperCase();

function operationRows(name: string, op: number, digit: number): Row[] {
  const cost = COST(op);
  const section = `F${name.toUpperCase()}/F${name.toUpperCase()}P/FI${name.toUpperCase()}`;
  const byte = 0xc0 + digit * 8;
  // In the forms that write ST(i), the subtractions and divisions stand in the other order.
  const swapped = hex(digit >= 4 ? byte ^ 8 : byte);
  return [
    row(`D8 /${digit}`, `f${name}`, 'Mfd', cost, f.operateMemory(op, 'single'), { section }),
    row(`D8 ${hex(byte)}+i`, `f${name}`, 'ST0,STi', cost, f.operate(op, false, false), { section }),
    row(`DC /${digit}`, `f${name}`, 'Mfq', cost, f.operateMemory(op, 'double'), { section }),
    row(`DC ${swapped}+i`, `f${name}`, 'STi,ST0', cost, f.operate(op, true, false), { section }),
    row(`DA /${digit}`, `fi${name}`, 'Mfd', cost, f.operateMemory(op, 'int32'), { section }),
    row(`DE /${digit}`, `fi${name}`, 'Mfw', cost, f.operateMemory(op, 'int16'), { section }),
    row(`DE ${swapped}+i`, `f${name}p`, 'STi,ST0', cost, f.operate(op, true, true), { section }),
  ];
}

const COM = { section: 'FCOM/FCOMP/FCOMPP' };
const UCOM = { section: 'FUCOM/FUCOMP/FUCOMPP' };
const ICOM = { section: 'FICOM/FICOMP' };
const COMI = { section: 'FCOMI/FCOMIP/FUCOMI/FUCOMIP' };

const compareRows: readonly Row[] = [
  row('D8 /2', 'fcom', 'Mfd', 'fpuAdd', f.compareMemory(0, 'single'), COM),
  row('D8 /3', 'fcomp', 'Mfd', 'fpuAdd', f.compareMemory(1, 'single'), COM),
  row('DC /2', 'fcom', 'Mfq', 'fpuAdd', f.compareMemory(0, 'double'), COM),
  row('DC /3', 'fcomp', 'Mfq', 'fpuAdd', f.compareMemory(1, 'double'), COM),
  row('DA /2', 'ficom', 'Mfd', 'fpuAdd', f.compareMemory(0, 'int32'), ICOM),
  row('DA /3', 'ficomp', 'Mfd', 'fpuAdd', f.compareMemory(1, 'int32'), ICOM),
  row('DE /2', 'ficom', 'Mfw', 'fpuAdd', f.compareMemory(0, 'int16'), ICOM),
  row('DE /3', 'ficomp', 'Mfw', 'fpuAdd', f.compareMemory(1, 'int16'), ICOM),
  row('D8 D0+i', 'fcom', 'STi', 'fpuAdd', f.compare(0), COM),
  row('D8 D8+i', 'fcomp', 'STi', 'fpuAdd', f.compare(1), COM),
  row('DE D9', 'fcompp', '', 'fpuAdd', f.compare(2, 1), COM),
  row('DD E0+i', 'fucom', 'STi', 'fpuAdd', f.compare(QUIET_COMPARE), UCOM),
  row('DD E8+i', 'fucomp', 'STi', 'fpuAdd', f.compare(QUIET_COMPARE | 1), UCOM),
  row('DA E9', 'fucompp', '', 'fpuAdd', f.compare(QUIET_COMPARE | 2, 1), UCOM),
  row('DB F0+i', 'fcomi', 'ST0,STi', 'fpuAdd', f.compareFlags(0), COMI),
  row('DF F0+i', 'fcomip', 'ST0,STi', 'fpuAdd', f.compareFlags(1), COMI),
  row('DB E8+i', 'fucomi', 'ST0,STi', 'fpuAdd', f.compareFlags(QUIET_COMPARE), COMI),
  row('DF E8+i', 'fucomip', 'ST0,STi', 'fpuAdd', f.compareFlags(QUIET_COMPARE | 1), COMI),
  row('D9 E4', 'ftst', '', 'fpuAdd', f.test),
  row('D9 E5', 'fxam', '', 'fpuAdd', f.register(X87_EXAMINE)),
];

const ST = { section: 'FST/FSTP' };
const IST = { section: 'FIST/FISTP' };

const transferRows: readonly Row[] = [
  row('D9 /0', 'fld', 'Mfd', 'fpuMove', f.loadSingle),
  row('DD /0', 'fld', 'Mfq', 'fpuMove', f.loadDouble),
  row('DB /5', 'fld', 'Mt', 'fpuMove', f.loadExtended),
  row('D9 C0+i', 'fld', 'STi', 'fpuMove', f.loadRegister),
  row('DF /0', 'fild', 'Mfw', 'fpuMove', f.loadInteger(16)),
  row('DB /0', 'fild', 'Mfd', 'fpuMove', f.loadInteger(32)),
  row('DF /5', 'fild', 'Mfq', 'fpuMove', f.loadInt64),
  row('DF /4', 'fbld', 'Mt', 'fpuFunction', f.loadBcd),
  row('D9 /2', 'fst', 'Mfd', 'fpuMove', f.storeSingle(0), ST),
  row('D9 /3', 'fstp', 'Mfd', 'fpuMove', f.storeSingle(1), ST),
  row('DD /2', 'fst', 'Mfq', 'fpuMove', f.storeDouble(0), ST),
  row('DD /3', 'fstp', 'Mfq', 'fpuMove', f.storeDouble(1), ST),
  row('DB /7', 'fstp', 'Mt', 'fpuMove', f.storeExtended, ST),
  row('DD D0+i', 'fst', 'STi', 'fpuMove', f.storeRegister(0), ST),
  row('DD D8+i', 'fstp', 'STi', 'fpuMove', f.storeRegister(1), ST),
  row('DF /2', 'fist', 'Mfw', 'fpuMove', f.storeInt16(0), IST),
  row('DF /3', 'fistp', 'Mfw', 'fpuMove', f.storeInt16(1), IST),
  row('DB /2', 'fist', 'Mfd', 'fpuMove', f.storeInt32(0), IST),
  row('DB /3', 'fistp', 'Mfd', 'fpuMove', f.storeInt32(1), IST),
  row('DF /7', 'fistp', 'Mfq', 'fpuMove', f.storeInt64, IST),
  row('DF /6', 'fbstp', 'Mt', 'fpuFunction', f.storeBcd),
  row('D9 C8+i', 'fxch', 'STi', 'fpuMove', f.exchange),
  ...['fld1', 'fldl2t', 'fldl2e', 'fldpi', 'fldlg2', 'fldln2', 'fldz'].map((name, which) =>
    row(`D9 ${hex(0xe8 + which)}`, name, '', 'fpuMove', f.loadConstant(which), {
      section: 'FLD1/FLDL2T/FLDL2E/FLDPI/FLDLG2/FLDLN2/FLDZ',
    }),
  ),
  ...(
    [
      ['DA C0', 'fcmovb', 2],
      ['DA C8', 'fcmove', 4],
      ['DA D0', 'fcmovbe', 6],
      ['DA D8', 'fcmovu', 10],
      ['DB C0', 'fcmovnb', 3],
      ['DB C8', 'fcmovne', 5],
      ['DB D0', 'fcmovnbe', 7],
      ['DB D8', 'fcmovnu', 11],
    ] as const
  ).map(([encoding, name, condition]) =>
    row(`${encoding}+i`, name, 'ST0,STi', 'fpuMove', f.moveIf(condition), { section: 'FCMOVcc' }),
  ),
];

const functionRows: readonly Row[] = [
  row('D9 E0', 'fchs', '', 'fpuMove', f.changeSign(0xffff, 0x8000)),
  row('D9 E1', 'fabs', '', 'fpuMove', f.changeSign(0x7fff, 0)),
  row('D9 FA', 'fsqrt', '', 'fpuDivide', f.squareRoot),
  row('D9 FC', 'frndint', '', 'fpuAdd', f.register(X87_ROUND)),
  row('D9 FD', 'fscale', '', 'fpuAdd', f.register(X87_SCALE)),
  row('D9 F4', 'fxtract', '', 'fpuAdd', f.register(X87_EXTRACT)),
  row('D9 F8', 'fprem', '', 'fpuDivide', f.register(X87_REMAINDER)),
  row(
    'D9 F5',
    'fprem1',
    '',
    'fpuDivide',
    f.register(X87_REMAINDER, () => 1),
  ),
  row('D9 F0', 'f2xm1', '', 'fpuFunction', f.register(transcendental.X87_EXP2)),
  row('D9 F1', 'fyl2x', '', 'fpuFunction', f.register(transcendental.X87_LOG2)),
  row('D9 F9', 'fyl2xp1', '', 'fpuFunction', f.register(transcendental.X87_LOG2_PLUS_1)),
  row('D9 F2', 'fptan', '', 'fpuFunction', f.register(transcendental.X87_TAN)),
  row('D9 F3', 'fpatan', '', 'fpuFunction', f.register(transcendental.X87_ATAN)),
  row('D9 FB', 'fsincos', '', 'fpuFunction', f.register(transcendental.X87_SIN_COS)),
  row('D9 FE', 'fsin', '', 'fpuFunction', f.register(transcendental.X87_SIN)),
  row('D9 FF', 'fcos', '', 'fpuFunction', f.register(transcendental.X87_COS)),
];

const stateBytes = (word: number, double: number) => (x: { opSize: number }) => (x.opSize === 16 ? word : double);

const controlRows: readonly Row[] = [
  row('D9 /5', 'fldcw', 'Mfw', 'fpuControl', control.loadControl),
  row('D9 /7', 'fnstcw', 'Mfw', 'fpuControl', control.storeControl, { section: 'FSTCW/FNSTCW' }),
  row('DD /7', 'fnstsw', 'Mfw', 'fpuControl', control.storeStatus, { section: 'FSTSW/FNSTSW' }),
  row('DF E0', 'fnstsw', 'AX', 'fpuControl', control.storeStatusAx, { section: 'FSTSW/FNSTSW' }),
  row('DB E2', 'fnclex', '', 'fpuControl', control.clearExceptions, { section: 'FCLEX/FNCLEX' }),
  row('DB E3', 'fninit', '', 'fpuControl', control.initialize, { section: 'FINIT/FNINIT' }),
  row('DB E0', 'fneni(8087 only)', '', 'fpuControl', control.obsolete, { section: '(none)' }),
  row('DB E1', 'fndisi(8087 only)', '', 'fpuControl', control.obsolete, { section: '(none)' }),
  row('DB E4', 'fnsetpm(287 only)', '', 'fpuControl', control.obsolete, { section: '(none)' }),
  row('9B', 'fwait', '', 'fpuControl', control.wait, { section: 'WAIT/FWAIT' }),
  row('D9 D0', 'fnop', '', 'fpuControl', control.nop),
  row(
    'DD C0+i',
    'ffree',
    'STi',
    'fpuControl',
    f.register(X87_FREE, (x) => x.rm),
  ),
  row(
    'DF C0+i',
    'ffreep',
    'STi',
    'fpuControl',
    f.register(X87_FREE, (x) => x.rm, 1),
    { section: 'FFREE' },
  ),
  row(
    'D9 F7',
    'fincstp',
    '',
    'fpuControl',
    f.register(X87_ROTATE, () => 1),
  ),
  row(
    'D9 F6',
    'fdecstp',
    '',
    'fpuControl',
    f.register(X87_ROTATE, () => -1),
  ),
  row('D9 /4', 'fldenv', 'Menv', 'fpuState', control.stateRoutine(LOAD_ENVIRONMENT, stateBytes(14, 28), true, false)),
  row(
    'D9 /6',
    'fnstenv',
    'Menv',
    'fpuState',
    control.stateRoutine(STORE_ENVIRONMENT, stateBytes(14, 28), false, true),
    {
      section: 'FSTENV/FNSTENV',
    },
  ),
  row('DD /4', 'frstor', 'Mstate', 'fpuState', control.stateRoutine(RESTORE_STATE, stateBytes(94, 108), true, false)),
  row('DD /6', 'fnsave', 'Mstate', 'fpuState', control.stateRoutine(SAVE_STATE, stateBytes(94, 108), false, true), {
    section: 'FSAVE/FNSAVE',
  }),
  row(
    'NP 0F AE /0',
    'fxsave',
    'Mfx',
    'fpuState',
    control.stateRoutine(FX_SAVE, () => 512, false, true),
  ),
  row(
    'NP 0F AE /1',
    'fxrstor',
    'Mfx',
    'fpuState',
    control.stateRoutine(FX_RESTORE, () => 512, false, false),
  ),
];

/** Duplicate encodings that the manual's opcode maps leave out and all processors have. */
const duplicateRows: readonly Row[] = [
  row('DC D0+i', 'fcom', 'STi', 'fpuAdd', f.compare(0), COM),
  row('DC D8+i', 'fcomp', 'STi', 'fpuAdd', f.compare(1), COM),
  row('DE D0+i', 'fcomp', 'STi', 'fpuAdd', f.compare(1), COM),
  row('DD C8+i', 'fxch', 'STi', 'fpuMove', f.exchange),
  row('DF C8+i', 'fxch', 'STi', 'fpuMove', f.exchange),
  row('D9 D8+i', 'fstp', 'STi', 'fpuMove', f.storeRegister(1 | UNCHECKED), ST),
  row('DF D0+i', 'fstp', 'STi', 'fpuMove', f.storeRegister(1), ST),
  row('DF D8+i', 'fstp', 'STi', 'fpuMove', f.storeRegister(1), ST),
];

/** The x87 instruction set, FXSAVE and FXRSTOR with it. */
export const x87Rows: readonly Row[] = [
  ...OPERATIONS.flatMap(([name, op, digit]) => operationRows(name, op, digit)),
  ...compareRows,
  ...transferRows,
  ...functionRows,
  ...controlRows,
  ...duplicateRows,
];
