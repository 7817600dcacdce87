/** One register and a modified immediate. ARM ARM DDI0406C A7.4.6. */
import type { V128 } from '@kml/core';
import type { Insn } from '../lift/insn.ts';
import { expandSingle } from '../vfp/arithmetic.ts';
import { beginFloat } from '../vfp/begin.ts';
import type { Handler } from './integer.ts';
import { getVector, setVector } from './vectors.ts';

/** AdvSIMDExpandImm: the low and the high word. */
export function expandImmediate(imm: number, cmode: number, op: number): readonly [low: number, high: number] {
  const both = (word: number): readonly [number, number] => [word | 0, word | 0];
  switch (cmode >> 1) {
    case 0:
    case 1:
    case 2:
    case 3:
      return both(imm << (8 * (cmode >> 1)));
    case 4:
    case 5:
      return both(Math.imul(imm << (8 * ((cmode >> 1) & 1)), 0x1_0001));
    case 6:
      return both(cmode & 1 ? (imm << 16) | 0xffff : (imm << 8) | 0xff);
    default:
      if (cmode & 1) return both(expandSingle(imm));
      if (op === 0) return both(Math.imul(imm, 0x0101_0101));
      return [expandBits(imm), expandBits(imm >> 4)];
  }
}

/** A byte of ones for each of four bits. */
function expandBits(bits: number): number {
  let word = 0;
  for (let i = 0; i < 4; i++) if (bits & (1 << i)) word |= 0xff << (8 * i);
  return word;
}

function immediate(x: Insn, op: number): V128 {
  const [low, high] = expandImmediate(x.imm, x.cmode, op);
  return x.b.constantV([low, high, low, high]);
}

/** d ← f(immediate, d). `op`: bit 5 of the encoding, which some immediates go by. */
function handler(op: number, f: (x: Insn, value: V128, old: () => V128) => V128): Handler {
  return (x) => {
    if (!beginFloat(x)) return;
    setVector(
      x,
      x.Vd,
      f(x, immediate(x, op), () => getVector(x, x.Vd)),
    );
  };
}

export const move = (op: number): Handler => handler(op, (_x, value) => value);
export const moveInverted = handler(1, (x, value) => x.b.xorV(value, x.b.constantV([-1, -1, -1, -1])));
export const or = handler(0, (x, value, old) => x.b.orV(old(), value));
export const clear = handler(1, (x, value, old) => x.b.andnotV(old(), value));
