import { OP_NAMES, type OpName } from '../ir/ops.ts';

/**
 * Numbers of the flat operations, as the switch in interpreter.ts has them (literals there: V8 makes
 * a jump table only of literals). Operations that move bits share one; what is not listed is done by
 * its WebAssembly function (VALUE_OP).
 */
const FLAT: Partial<Record<OpName, number>> = {
  const32: 0,
  add: 1,
  sub: 2,
  mul: 3,
  divS: 4,
  divU: 5,
  remS: 6,
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
  ctz: 17,
  popcnt: 18,
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
export const CONST32 = 0;
export const VALUE_OP = 71;
/** A memory operation that goes through the observer; the plain code at the same place says which. */
export const OBSERVED = 72;
/** Goes before the plain access of one on a condition: steps over it where the condition is 0. */
export const UNLESS = 73;

/** Flat number by operation number. */
export const FLAT_NUMBER: readonly number[] = OP_NAMES.map((name) => FLAT[name] ?? VALUE_OP);

/** What a flat memory operation does: bytes and access, for the slow path and the observer. Indexed by flat number - 48. */
export const MEMORY_OPS: readonly { readonly bytes: number; readonly access: 'read' | 'write' }[] = [
  ...([1, 1, 2, 2, 4, 8, 16] as const).map((bytes) => ({ bytes, access: 'read' as const })),
  ...([1, 2, 4, 8] as const).map((bytes) => ({ bytes, access: 'write' as const })),
  ...([1, 2, 4, 8, 16] as const).map((bytes) => ({ bytes, access: 'write' as const })),
];
export const FIRST_MEMORY_OP = 48;
export const LAST_MEMORY_OP = 63;
