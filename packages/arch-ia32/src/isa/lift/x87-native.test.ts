import { Random } from '@kml/core/testing';
import { expect, test } from 'vitest';
import { saveFxsaveWords } from '../fp/x87-words.ts';
import type { FlatMachine } from '../testing/flat-machine.ts';
import { CODE, DATA, floatMachine } from '../testing/float-machine.ts';

/*
 * x87 arithmetic as lifted to integer operations against the same instructions done by the routines on
 * unpacked numbers: edges of significands and exponents, zeros, denormals, infinities, NaNs, unsupported
 * encodings, and control words other than the usual one.
 */

const random = new Random(0x3c6ef372);
const word = (): number => random.word();
const pick = <T>(from: readonly T[]): T => random.pick(from);

/** FADD, FMUL, FSUB, FSUBR, FDIV, FDIVR ST(0), ST(1), and those of ST(1) with a pop. */
const BINARY = [0xc1, 0xc9, 0xe1, 0xe9, 0xf1, 0xf9].flatMap((modrm) => [
  [0xd8, modrm],
  [0xde, modrm],
]);
/** FSQRT, and again of what that gave. */
const OPERATIONS = [...BINARY, [0xd9, 0xfa], [0xd9, 0xfa, 0xd9, 0xfa]];
/** FLDCW [ebx+40], FLD [ebx+16], FLD [ebx]. */
const BEFORE = [0xd9, 0x6b, 0x28, 0xdb, 0x6b, 0x10, 0xdb, 0x2b];

const HALVES = [0, 1, -1, 0x8000_0000 | 0, 0x7fff_ffff, 2, 0x8000_0001 | 0, 3];

function randomNumber(view: DataView, at: number): void {
  const kind = word() & 31;
  const low = (word() & 1) === 0 ? pick(HALVES) : word();
  const high = (word() & 1) === 0 ? pick(HALVES) : word();
  const exponent = kind === 0 ? 0 : kind === 1 ? 0x7fff : kind < 4 ? word() & 0x7fff : 0x3fff + ((word() >> 28) & 63);
  const zero = kind > 29;
  view.setInt32(at, zero ? 0 : low, true);
  view.setInt32(at + 4, zero ? 0 : kind === 2 ? high : high | 0x8000_0000, true);
  view.setInt16(at + 8, (zero ? 0 : exponent) | (word() & 0x8000), true);
}

function outcome(m: FlatMachine, at: number, operation: readonly number[], data: Uint8Array): string {
  m.write(DATA, data);
  m.set({ ebx: DATA });
  // FNINIT first: what the last run left is of no concern.
  m.run(at, 4 + operation.length / 2);
  const view = new DataView(new ArrayBuffer(512));
  saveFxsaveWords(m.cpu, new Int32Array(view.buffer), 0);
  const words = Array.from({ length: 8 + 32 }, (_, i) => (view.getInt32(i * 4, true) >>> 0).toString(16));
  return `${words} ${m.trap?.vector}`;
}

test.each(['interpreted', 'translated'])('%s: native x87 arithmetic ends as the exact one', (how) => {
  const native = floatMachine(true, how === 'translated');
  const exact = floatMachine(false, false);
  OPERATIONS.forEach((operation, n) => {
    const at = CODE + n * 64;
    for (const m of [native, exact]) m.write(at, [0xdb, 0xe3, ...BEFORE, ...operation]);
    for (let round = 0; round < 300; round++) {
      const data = new Uint8Array(48);
      const view = new DataView(data.buffer);
      randomNumber(view, 0);
      randomNumber(view, 16);
      view.setInt16(40, (word() & 15) === 0 ? word() & 0xf3f : 0x37f, true);
      const said = `${operation.map((byte) => byte.toString(16))} on ${[...data].map((byte) => byte.toString(16))}`;
      expect(`${said}: ${outcome(native, at, operation, data)}`).toBe(
        `${said}: ${outcome(exact, at, operation, data)}`,
      );
    }
  });
});
