/**
 * Fields of encodings, under the manual's names where it has one. The decoder sets those that the
 * instruction's row has; the others are 0 (`cond`: 14).
 */
export class Fields {
  cond = 14;
  /** Sets the flags. */
  S = 0;
  Rn = 0;
  Rd = 0;
  Rm = 0;
  Rs = 0;
  Rt = 0;
  Rt2 = 0;
  Ra = 0;
  RdHi = 0;
  RdLo = 0;
  /** Immediate, its parts put together. */
  imm = 0;
  /** Shift type and immediate count. */
  type = 0;
  shift = 0;
  /** Addressing: index (pre), add, write-back. */
  P = 0;
  U = 0;
  W = 0;
  list = 0;
  /** Bit fields: least significant bit, most significant bit or width minus 1, saturation bound. */
  lsb = 0;
  msb = 0;
  width = 0;
  sat = 0;
  rotate = 0;
  /** Halves and variants. */
  N = 0;
  M = 0;
  X = 0;
  R = 0;
  op = 0;
  option = 0;
  /** IT. */
  firstcond = 0;
  mask = 0;
  /** CPS. */
  imod = 0;
  aif = 0;
  mode5 = 0;
  /** Coprocessor instructions. */
  coproc = 0;
  opc1 = 0;
  opc2 = 0;
  CRd = 0;
  CRn = 0;
  CRm = 0;
  /** Floating point and SIMD: whole register numbers, with their D, N, M bit. */
  Vd = 0;
  Vn = 0;
  Vm = 0;
  Q = 0;
  F = 0;
  L = 0;
  D = 0;
  size = 0;
  index = 0;
  align = 0;
  cmode = 0;
  len = 0;
  sf = 0;
  sx = 0;
  a = 0;
}

export type FieldName = keyof Fields;

const NAMES = new Set(Object.keys(new Fields()));

/** Whether `name` is a field. */
export function isFieldName(name: string): name is FieldName {
  return NAMES.has(name);
}

/** Fields that setField knows by number: the frequent ones. The decoder does nothing else so often. */
const NUMBERED: readonly FieldName[] = [
  ...(['cond', 'S', 'Rn', 'Rd', 'Rm', 'Rt', 'imm', 'type', 'shift', 'P', 'U', 'W', 'list', 'Rs', 'Rt2'] as const),
];

/** Number of a field for setField. */
export const fieldNumber = (name: FieldName): number => NUMBERED.indexOf(name);

/** Sets a field by its number, or where that is -1 by name. */
export function setField(x: Fields, number: number, name: FieldName, value: number): void {
  switch (number) {
    case 0:
      x.cond = value;
      return;
    case 1:
      x.S = value;
      return;
    case 2:
      x.Rn = value;
      return;
    case 3:
      x.Rd = value;
      return;
    case 4:
      x.Rm = value;
      return;
    case 5:
      x.Rt = value;
      return;
    case 6:
      x.imm = value;
      return;
    case 7:
      x.type = value;
      return;
    case 8:
      x.shift = value;
      return;
    case 9:
      x.P = value;
      return;
    case 10:
      x.U = value;
      return;
    case 11:
      x.W = value;
      return;
    case 12:
      x.list = value;
      return;
    case 13:
      x.Rs = value;
      return;
    case 14:
      x.Rt2 = value;
      return;
    default:
      x[name] = value;
  }
}
