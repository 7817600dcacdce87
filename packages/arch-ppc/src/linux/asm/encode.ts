/**
 * The instructions that entry code, vDSO and tests are written in. Programming Environments Manual for
 * 32-Bit Implementations, chapter 8; simplified mnemonics as in its appendix F.
 */
import type { AsmOperand, Expression } from './operand.ts';

/** Takes one instruction word; `value`, if there is one, goes into its low bits once labels are known. */
export interface Emitter {
  word(bits: number, value?: Expression, field?: ValueField): void;
}

/** What becomes of a value: 16 bits signed or unsigned, a branch displacement of 16 or 26 bits, a whole word. */
export type ValueField = 'signed' | 'unsigned' | 'branch16' | 'branch26' | 'word';

type Encoder = (emit: Emitter, operands: readonly AsmOperand[]) => void;

const op = (primary: number): number => (primary << 26) >>> 0;
const x31 = (extended: number): number => op(31) + extended * 2;
const x19 = (extended: number): number => op(19) + extended * 2;

function register(operand: AsmOperand | undefined): number {
  if (operand?.kind !== 'register') throw new SyntaxError('a register was expected');
  return operand.number;
}

function expression(operand: AsmOperand | undefined): Expression {
  if (operand?.kind !== 'immediate') throw new SyntaxError('a number or label was expected');
  return operand.value;
}

/** A number that is known now. */
function number(operand: AsmOperand | undefined): number {
  const { value, terms } = expression(operand);
  if (terms.length > 0) throw new SyntaxError('a number was expected');
  return value;
}

/** Registers by place, at these bit positions. */
const registers =
  (base: number, ...shifts: number[]): Encoder =>
  (emit, operands) => {
    if (operands.length !== shifts.length) throw new SyntaxError(`${shifts.length} operands were expected`);
    emit.word(shifts.reduce((word, shift, i) => word + register(operands[i]) * 2 ** shift, base));
  };

/** `rt, ra, value` */
const arithmetic =
  (base: number): Encoder =>
  (emit, [rt, ra, value]) =>
    emit.word(base + register(rt) * 2 ** 21 + register(ra) * 2 ** 16, expression(value), 'signed');

/** `ra, rs, value` */
const logical =
  (base: number): Encoder =>
  (emit, [ra, rs, value]) =>
    emit.word(base + register(rs) * 2 ** 21 + register(ra) * 2 ** 16, expression(value), 'unsigned');

/** `rt, displacement(ra)` */
const memory =
  (base: number): Encoder =>
  (emit, [rt, place]) => {
    if (place?.kind !== 'memory') throw new SyntaxError('displacement(register) was expected');
    emit.word(base + register(rt) * 2 ** 21 + place.base * 2 ** 16, place.displacement, 'signed');
  };

/** Splits off the optional condition-register field. */
function fieldAndRest(operands: readonly AsmOperand[]): [number, readonly AsmOperand[]] {
  const [first] = operands;
  return first?.kind === 'field' ? [first.number, operands.slice(1)] : [0, operands];
}

const compare =
  (base: number, immediate?: 'signed' | 'unsigned'): Encoder =>
  (emit, operands) => {
    const [field, [ra, other]] = fieldAndRest(operands);
    const word = base + field * 2 ** 23 + register(ra) * 2 ** 16;
    if (immediate === undefined) emit.word(word + register(other) * 2 ** 11);
    else emit.word(word, expression(other), immediate);
  };

/** Conditional branch to a label: BO, and the bit within the field. */
const conditional =
  (bo: number, bit: number): Encoder =>
  (emit, operands) => {
    const [field, [target]] = fieldAndRest(operands);
    emit.word(op(16) + bo * 2 ** 21 + (field * 4 + bit) * 2 ** 16, expression(target), 'branch16');
  };

const conditionalReturn =
  (bo: number, bit: number): Encoder =>
  (emit, operands) => {
    const [field] = fieldAndRest(operands);
    emit.word(x19(16) + bo * 2 ** 21 + (field * 4 + bit) * 2 ** 16);
  };

const branch =
  (link: number): Encoder =>
  (emit, [target]) =>
    emit.word(op(18) + link, expression(target), 'branch26');

const fixed =
  (word: number): Encoder =>
  (emit, operands) => {
    if (operands.length > 0) throw new SyntaxError('no operand was expected');
    emit.word(word);
  };

const rotate =
  (shift: (n: number) => [sh: number, mb: number, me: number]): Encoder =>
  (emit, [ra, rs, n]) => {
    const [sh, mb, me] = shift(number(n));
    emit.word(op(21) + register(rs) * 2 ** 21 + register(ra) * 2 ** 16 + sh * 2 ** 11 + mb * 2 ** 6 + me * 2);
  };

/** Special-purpose registers by number; the encoding swaps the halves of the number. */
export const SPR = {
  ...{ xer: 1, lr: 8, ctr: 9, dsisr: 18, dar: 19, dec: 22, sdr1: 25, srr0: 26, srr1: 27 },
  ...{ sprg0: 272, sprg1: 273, sprg2: 274, sprg3: 275 },
} as const;

const sprField = (spr: number): number => ((spr & 31) << 16) | ((spr >> 5) << 11);

const ENCODERS: Record<string, Encoder> = {
  addi: arithmetic(op(14)),
  addis: arithmetic(op(15)),
  addic: arithmetic(op(12)),
  'addic.': arithmetic(op(13)),
  subfic: arithmetic(op(8)),
  mulli: arithmetic(op(7)),
  li: (emit, [rt, value]) => emit.word(op(14) + register(rt) * 2 ** 21, expression(value), 'signed'),
  lis: (emit, [rt, value]) => emit.word(op(15) + register(rt) * 2 ** 21, expression(value), 'signed'),
  ori: logical(op(24)),
  oris: logical(op(25)),
  xori: logical(op(26)),
  xoris: logical(op(27)),
  'andi.': logical(op(28)),
  'andis.': logical(op(29)),
  rlwinm: (emit, [ra, rs, sh, mb, me]) =>
    emit.word(
      op(21) +
        register(rs) * 2 ** 21 +
        register(ra) * 2 ** 16 +
        number(sh) * 2 ** 11 +
        number(mb) * 2 ** 6 +
        number(me) * 2,
    ),
  slwi: rotate((n) => [n, 0, 31 - n]),
  srwi: rotate((n) => [(32 - n) & 31, n, 31]),
  clrlwi: rotate((n) => [0, n, 31]),

  add: registers(x31(266), 21, 16, 11),
  subf: registers(x31(40), 21, 16, 11),
  neg: registers(x31(104), 21, 16),
  mullw: registers(x31(235), 21, 16, 11),
  mulhwu: registers(x31(11), 21, 16, 11),
  divwu: registers(x31(459), 21, 16, 11),
  and: registers(x31(28), 16, 21, 11),
  andc: registers(x31(60), 16, 21, 11),
  or: registers(x31(444), 16, 21, 11),
  xor: registers(x31(316), 16, 21, 11),
  nor: registers(x31(124), 16, 21, 11),
  mr: (emit, [ra, rs]) =>
    emit.word(x31(444) + register(rs) * 2 ** 21 + register(ra) * 2 ** 16 + register(rs) * 2 ** 11),
  nop: fixed(op(24)),

  cmpw: compare(x31(0)),
  cmplw: compare(x31(32)),
  cmpwi: compare(op(11), 'signed'),
  cmplwi: compare(op(10), 'unsigned'),

  lwz: memory(op(32)),
  lwzu: memory(op(33)),
  lbz: memory(op(34)),
  lhz: memory(op(40)),
  stw: memory(op(36)),
  stwu: memory(op(37)),
  stb: memory(op(38)),
  sth: memory(op(44)),
  lmw: memory(op(46)),
  stmw: memory(op(47)),
  lfd: memory(op(50)),
  stfd: memory(op(54)),
  lwzx: registers(x31(23), 21, 16, 11),
  stwx: registers(x31(151), 21, 16, 11),
  lwarx: registers(x31(20), 21, 16, 11),
  'stwcx.': registers(x31(150) + 1, 21, 16, 11),
  dcbst: registers(x31(54), 16, 11),
  icbi: registers(x31(982), 16, 11),
  sync: fixed(x31(598)),
  isync: fixed(x19(150)),

  b: branch(0),
  bl: branch(1),
  beq: conditional(12, 2),
  bne: conditional(4, 2),
  blt: conditional(12, 0),
  bge: conditional(4, 0),
  bgt: conditional(12, 1),
  ble: conditional(4, 1),
  bso: conditional(12, 3),
  bns: conditional(4, 3),
  bdnz: conditional(16, 0),
  blr: fixed(x19(16) + 20 * 2 ** 21),
  beqlr: conditionalReturn(12, 2),
  bnelr: conditionalReturn(4, 2),
  bctr: fixed(x19(528) + 20 * 2 ** 21),
  bctrl: fixed(x19(528) + 20 * 2 ** 21 + 1),
  sc: fixed(op(17) + 2),
  rfi: fixed(x19(50)),
  trap: fixed(op(31) + 31 * 2 ** 21 + 4 * 2),

  mfcr: registers(x31(19), 21),
  mtcrf: (emit, [mask, rs]) => emit.word(x31(144) + register(rs) * 2 ** 21 + number(mask) * 2 ** 12),
  mtcr: (emit, [rs]) => emit.word(x31(144) + register(rs) * 2 ** 21 + 0xff000),
  crclr: (emit, [bit]) => emit.word(x19(193) + number(bit) * (2 ** 21 + 2 ** 16 + 2 ** 11)),
  crset: (emit, [bit]) => emit.word(x19(289) + number(bit) * (2 ** 21 + 2 ** 16 + 2 ** 11)),
  mfmsr: registers(x31(83), 21),
  mtmsr: registers(x31(146), 21),
  mftb: (emit, [rt]) => emit.word(x31(371) + register(rt) * 2 ** 21 + sprField(268)),
  mftbu: (emit, [rt]) => emit.word(x31(371) + register(rt) * 2 ** 21 + sprField(269)),
  kernelcall: (emit, [n]) => emit.word(op(1) + number(n)),
};

for (const [name, spr] of Object.entries(SPR)) {
  ENCODERS[`mf${name}`] = registers(x31(339) + sprField(spr), 21);
  ENCODERS[`mt${name}`] = registers(x31(467) + sprField(spr), 21);
}

/** Encodes one instruction. Throws SyntaxError for a mnemonic or operands that are not known. */
export function encode(emit: Emitter, mnemonic: string, operands: readonly AsmOperand[]): void {
  const encoder = ENCODERS[mnemonic];
  if (encoder === undefined) throw new SyntaxError(`unknown instruction '${mnemonic}'`);
  encoder(emit, operands);
}
