/** Loops of random floating-point and SIMD instructions do the same translated as interpreted. */
import { FlatMachine, type Row, rows } from '@kml/arch-ia32/isa/testing';
import { wasmTranslatorWith } from '@kml/core';
import { expect, test } from 'vitest';
import { loadFxsaveWords, saveFxsaveWords } from '../../../../packages/arch-ia32/src/isa/fp/x87-words.ts';
import { encode, makeCase, memoryAllowed, Random, registerAllowed } from './generate.ts';
import { fxWords } from './machine.ts';
import { DATA_ADDRESS } from './record.ts';

const CODE = 0x08048000;
/** Where the loop's counter is: behind the operands. */
const COUNTER = DATA_ADDRESS + 0x800;
const ROUNDS = 40;

/** Instructions that could end a program early, by unmasking exceptions or faulting. */
const LEFT_OUT = /^(fldcw|fldenv|frstor|fxrstor|ldmxcsr|maskmov.*)$/;

const candidates = rows.filter(
  (row) => /^(fpu|simd|float|fence)/.test(row.cost) && !LEFT_OUT.test(row.mnemonic) && !row.encoding.startsWith('9B'),
);

function word(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24];
}

/** A loop over `count` random instructions; counts down in memory, so that every register is free. */
function loop(random: Random, count: number): { bytes: number[]; last: Row } {
  const body: number[] = [];
  let row = candidates[0]!;
  for (let i = 0; i < count; i++) {
    row = random.pick(candidates);
    const memory = memoryAllowed(row) && (!registerAllowed(row) || random.chance(40));
    body.push(...encode(row, random, memory, random.below(4) * 16));
  }
  // dec dword [COUNTER]; jnz start; hlt
  const bytes = [...body, 0xff, 0x0d, ...word(COUNTER)];
  return { bytes: [...bytes, 0x0f, 0x85, ...word(-(bytes.length + 6)), 0xf4], last: row };
}

function outcome(seed: number, translate: boolean) {
  const random = new Random(seed);
  const { bytes, last } = loop(random, 4 + random.below(16));
  const start = makeCase(last, random);
  const m = new FlatMachine(translate ? { hotness: 2, translator: wasmTranslatorWith({ batch: 1, maxWait: 1 }) } : {});
  m.map(CODE, 0x1000);
  m.map(DATA_ADDRESS, 0x1000);
  m.write(CODE, bytes);
  m.write(DATA_ADDRESS, start.memory);
  m.write(COUNTER, word(ROUNDS));
  // All exceptions masked, none pending.
  const fx = start.fx;
  fx.setUint16(0, fx.getUint16(0, true) | 0x3f, true);
  fx.setUint16(2, fx.getUint16(2, true) & 0x7f00, true);
  fx.setInt32(24, (fx.getInt32(24, true) | 0x1f80) & 0xffff, true);
  expect(loadFxsaveWords(m.cpu, fxWords(fx), 0)).toBe(true);
  m.set({ edi: start.reg(7), eflags: 0x202 });
  const executed = m.run(CODE, 100_000);
  const image = new DataView(new ArrayBuffer(512));
  saveFxsaveWords(m.cpu, fxWords(image), 0);
  return {
    result: {
      seed,
      executed,
      trap: m.trap,
      general: m.general(),
      eflags: m.get('eflags'),
      fx: Buffer.from(image.buffer).toString('hex'),
      memory: Buffer.from(m.read(DATA_ADDRESS, 0x900)).toString('hex'),
    },
    interpreted: m.engine.counters.interpretedInstructions,
  };
}

test('random loops, translated and interpreted', () => {
  let translated = 0;
  for (let seed = 1; seed <= 150; seed++) {
    const plain = outcome(seed, false);
    const fast = outcome(seed, true);
    expect(fast.result).toEqual(plain.result);
    translated += fast.result.executed - fast.interpreted;
  }
  expect(translated).toBeGreaterThan(10_000);
}, 240_000);
