import { OP_NAMES, OP_SPECS, type OpName } from '../ir/ops.ts';
import { OPCODE } from '../wasm/encoder.ts';

/**
 * Numbers of the flat operations, for the loop's jump table. Operations that move the same bits share
 * one; what is not listed has a function of its own (VALUE_OP), as signed divisions have: with 75 cases in place of 73
 * all of the loop took a third longer on an AMD EPYC, the machine code of the cases being the same. Numbers that are
 * missing are of operations that the IR has not (below).
 */
const FLAT: Partial<Record<OpName, number>> = {
  const32: 0,
  add: 1,
  sub: 2,
  mul: 3,
  load32S: 4,
  divU: 5,
  store32S: 6,
  remU: 7,
  and: 8,
  or: 9,
  xor: 10,
  shl: 11,
  shrS: 12,
  shrU: 13,
  rotl: 14,
  rotr: 15,
  clz: 16,
  ext8: 19,
  ext16: 20,
  eqz: 21,
  eq: 22,
  ne: 23,
  ltS: 24,
  ltU: 25,
  gtS: 26,
  gtU: 27,
  leS: 28,
  leU: 29,
  geS: 30,
  geU: 31,
  select: 32,
  wrap: 33,
  bitsOfF32: 33,
  f32OfBits: 33,
  bitsOfF64: 34,
  f64OfBits: 34,
  extendU: 35,
  extendS: 36,
  select64: 37,
  get: 38,
  interrupts: 38,
  set: 39,
  get64: 40,
  getF64: 40,
  set64: 41,
  setF64: 41,
  getV: 42,
  setV: 43,
  peek32: 44,
  poke32: 45,
  peek64: 46,
  poke64: 47,
  load8u: 48,
  load8s: 49,
  load16u: 50,
  load16s: 51,
  load32: 52,
  loadF32: 52,
  load64: 53,
  loadF64: 53,
  loadV: 54,
  load8uW: 55,
  load16uW: 56,
  load32W: 57,
  load64W: 58,
  store8: 59,
  store16: 60,
  store32: 61,
  storeF32: 61,
  store64: 62,
  storeF64: 62,
  storeV: 63,
  probeW: 64,
  helper: 65,
  trapIf: 66,
  cycles: 67,
  const64: 68,
  constV: 69,
  shuffleV: 70,
};
/** Two and three `set`, one behind the other: the places of the values, then the slots' addresses. */
export const SET_TWO = 17;
export const SET_THREE = 18;
export const SHUFFLE = 70;
export const VALUE_OP = 71;
/** Goes before the plain access of one on a condition: steps over it where the condition is 0. */
export const UNLESS = 72;
export const FLAT_COUNT = 73;

/** Flat number by operation number. */
export const FLAT_NUMBER: readonly number[] = OP_NAMES.map((name) => FLAT[name] ?? VALUE_OP);

/**
 * How a flat operation is written, in half-words: its number, the places of its result and its
 * arguments (in words of the memory), then the immediate. All byte offsets.
 */
export interface FlatForm {
  /** -1: no result. */
  readonly dst: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly imm: number;
  /** Bytes of the immediate, and of the operation. */
  readonly immBytes: ImmediateBytes;
  readonly bytes: number;
}

type ImmediateBytes = 0 | 2 | 4 | 6 | 8;

const WIDE_IMMEDIATES: Partial<Record<OpName, ImmediateBytes>> = { const64: 8, cycles: 4, interrupts: 2, probeW: 4 };

function flatForm(hasResult: boolean, args: number, immBytes: ImmediateBytes): FlatForm {
  const a = hasResult ? 4 : 2;
  const imm = a + 2 * args;
  return { dst: hasResult ? 2 : -1, a, b: a + 2, c: a + 4, imm, immBytes, bytes: imm + immBytes };
}

function formOf(name: OpName, number: number): FlatForm {
  const { args, result, imm } = OP_SPECS[number]!;
  const wide = imm === 'i32' || imm === 'constant' || imm === 'vector' ? 4 : imm === 'none' ? 0 : 2;
  return flatForm(result !== undefined, args.length, WIDE_IMMEDIATES[name] ?? wide);
}

/** Forms by flat number. */
export const FLAT_FORMS: readonly FlatForm[] = Array.from({ length: FLAT_COUNT }, (_, flat) => {
  if (flat === VALUE_OP) return flatForm(true, 3, 2);
  if (flat === UNLESS) return flatForm(true, 2, 0);
  if (flat === SET_TWO) return flatForm(false, 2, 4);
  if (flat === SET_THREE) return flatForm(false, 3, 6);
  const number = FLAT_NUMBER.indexOf(flat);
  return formOf(OP_NAMES[number]!, number);
});
/** Bytes of any plain access: what UNLESS steps over. */
export const ACCESS_BYTES = FLAT_FORMS[FLAT.load32!]!.bytes;

/** How an operation accesses guest memory. */
export interface MemoryForm {
  readonly bytes: number;
  /** What the access needs; a load of a read-modify-write needs 'write'. */
  readonly access: 'read' | 'write';
  readonly store: boolean;
  readonly signed: boolean;
  /** With supervisor rights, whatever the block has. */
  readonly supervisor: boolean;
  /** Type its value has in the loop, for which floats are their bits. */
  readonly type: 'i32' | 'i64' | 'v128';
  /** The WebAssembly load or store. */
  readonly opcode: number;
}

const form = (
  bytes: number,
  opcode: number,
  access: 'read' | 'write' = 'read',
  store = false,
  signed = false,
  supervisor = false,
): MemoryForm => ({
  ...{ bytes, opcode, access, store, signed, supervisor },
  type: bytes === 16 ? 'v128' : bytes === 8 ? 'i64' : 'i32',
});

export const MEMORY_FORMS: Readonly<Partial<Record<OpName, MemoryForm>>> = {
  load8u: form(1, OPCODE.i32Load8U),
  load8s: form(1, OPCODE.i32Load8S, 'read', false, true),
  load16u: form(2, OPCODE.i32Load16U),
  load16s: form(2, OPCODE.i32Load16S, 'read', false, true),
  load32: form(4, OPCODE.i32Load),
  loadF32: form(4, OPCODE.i32Load),
  load64: form(8, OPCODE.i64Load),
  loadF64: form(8, OPCODE.i64Load),
  loadV: form(16, OPCODE.v128Load),
  load8uW: form(1, OPCODE.i32Load8U, 'write'),
  load16uW: form(2, OPCODE.i32Load16U, 'write'),
  load32W: form(4, OPCODE.i32Load, 'write'),
  load32S: form(4, OPCODE.i32Load, 'read', false, false, true),
  load64W: form(8, OPCODE.i64Load, 'write'),
  store8: form(1, OPCODE.i32Store8, 'write', true),
  store16: form(2, OPCODE.i32Store16, 'write', true),
  store32: form(4, OPCODE.i32Store, 'write', true),
  store32S: form(4, OPCODE.i32Store, 'write', true, false, true),
  storeF32: form(4, OPCODE.i32Store, 'write', true),
  store64: form(8, OPCODE.i64Store, 'write', true),
  storeF64: form(8, OPCODE.i64Store, 'write', true),
  storeV: form(16, OPCODE.v128Store, 'write', true),
};

/** The same by flat number; undefined for what is no memory operation. */
export const MEMORY_FORM_OF: readonly (MemoryForm | undefined)[] = Array.from({ length: FLAT_COUNT }, (_, flat) =>
  Object.entries(MEMORY_FORMS)
    .map(([name, entry]) => (FLAT[name as OpName] === flat ? entry : undefined))
    .find(Boolean),
);
