import { rows } from '@kml/arch-ia32/isa/testing';
import { wasmTranslatorWith } from '@kml/core';
import { afterAll, expect, test } from 'vitest';
import { Random } from '../../random/prng.ts';
import { describeCase, difference } from './compare.ts';
import { casesOf, isGenerated } from './generate.ts';
import { hooks } from './hooks.ts';
import type { RandomCase, RandomResult } from './layout.ts';
import { Oracle } from './oracle.ts';
import { sequenceCase } from './sequences.ts';
import { BATCH, Subject } from './subject.ts';

/** KML_SEED repeats a run, or starts another. */
const SEED = Number(process.env.KML_SEED ?? 20_240_601);
const CASES_PER_ROW = Number(process.env.KML_CASES_PER_ROW ?? 40);
/** Runs of several instructions, beside the single ones. */
const SEQUENCES = 5000;
const SHOWN = 40;
/** Translating costs more than interpreting: every so-many-th case is. */
const TRANSLATED_EVERY = 4;

const oracle = new Oracle();
afterAll(() => oracle.dispose());

const generated = rows.filter(isGenerated);
const cases = generated.flatMap((row, n) => casesOf(row, CASES_PER_ROW, new Random(SEED + n * 7919), hooks));
const random = new Random(SEED);
for (let n = 0; n < SEQUENCES; n++) cases.push(sequenceCase(random));
const results = new Subject().run(cases);
console.log(`random instructions: seed ${SEED}, ${generated.length} rows, ${cases.length} cases`);

function disagreements(
  expected: readonly RandomResult[],
  skip: (one: RandomCase, n: number) => boolean = () => false,
): string[] {
  const found: string[] = [];
  cases.forEach((one, n) => {
    if (skip(one, n)) return;
    const text = difference(one, expected[n]!, results[n]!);
    if (text) found.push(`${describeCase(one)}\n    ${text}`);
  });
  return found;
}

test('there are at least 20,000 cases', () => {
  expect(cases.length).toBeGreaterThanOrEqual(20_000);
});

test("every case ends as on this host's CPU", () => {
  const found = disagreements(oracle.native(cases));
  expect(found.slice(0, SHOWN).join('\n')).toBe('');
});

test('every case without an exception ends as under QEMU', () => {
  // QEMU does not report exception numbers, and takes the alias F6 /1 and F7 /1 of TEST for something else.
  const skip = (one: RandomCase, n: number) =>
    results[n]!.vector >= 0 || one.name.startsWith('test (F') || one.fx !== undefined;
  expect(disagreements(oracle.qemu(cases), skip).slice(0, SHOWN).join('\n')).toBe('');
});

test('translated code does what interpreted code does', () => {
  const some = (_: unknown, n: number) => n % TRANSLATED_EVERY === 0;
  const chosen = cases.filter(some);
  const interpreted = results.filter(some);
  const translated: RandomResult[] = [];
  let [instructions, interpretedInstructions] = [0, 0];
  for (let first = 0; first < chosen.length; first += BATCH) {
    // A machine for each batch: the translator keeps off pages that are rewritten again and again.
    const subject = new Subject({ hotness: 1, translator: wasmTranslatorWith({ batch: 64, maxWait: 64 }) });
    translated.push(...subject.run(chosen.slice(first, first + BATCH), 3));
    const { counters } = subject.machine.engine;
    instructions += counters.instructions;
    interpretedInstructions += counters.interpretedInstructions;
  }
  const found = chosen.flatMap((one, n) => {
    const text = difference(one, interpreted[n]!, translated[n]!);
    return text ? [`${describeCase(one)}\n    ${text}`] : [];
  });
  expect(found.slice(0, SHOWN).join('\n')).toBe('');
  expect(instructions - interpretedInstructions).toBeGreaterThan(instructions / 10);
});
