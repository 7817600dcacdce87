import { describe, expect, test } from 'vitest';
import { OPTIMISATION_NAMES, type OptimisationName, optimisationsWithout } from '../engine/optimisations.ts';
import { mix, Random } from '../testing/random.ts';
import { type RandomProgram, randomIsa } from '../testing/random-ir.ts';
import { outcome, randomMachine, runRandomly } from '../testing/random-machine.ts';
import { wasmTranslatorWith } from './translator.ts';

const EAGER = wasmTranslatorWith({ batch: 1, maxWait: 1 });
const CHOICES: readonly (readonly OptimisationName[])[] = [
  ...OPTIMISATION_NAMES.map((name) => [name]),
  OPTIMISATION_NAMES.filter((name) => name !== 'translation'),
];

describe.each(CHOICES.map((without) => ({ without })))('random programs without $without', ({ without }) => {
  test.each(['little', 'big'] as const)('translated as interpreted, %s-endian', (byteOrder) => {
    let translated = 0;
    for (let n = 0; n < 2; n++) {
      const program: RandomProgram = { seed: mix(n, 99), size: 16 << (2 * n), byteOrder };
      const isa = { ...randomIsa(program), deferredSlots: [['r4', 'r5', 'r6']] };
      const plain = randomMachine(program, { isa });
      runRandomly(plain, program, 1000);
      const optimisations = optimisationsWithout(without);
      const machine = randomMachine(program, { isa, hotness: 1 + n, translator: EAGER, optimisations });
      runRandomly(machine, program, 1000, n % 2 ? new Random(mix(n, 5)) : undefined);
      expect({ seed: program.seed, ...outcome(machine) }).toEqual({ seed: program.seed, ...outcome(plain) });
      translated += 1000 - machine.engine.counters.interpretedInstructions;
    }
    expect(translated > 0).toBe(!without.includes('translation'));
  });
});
