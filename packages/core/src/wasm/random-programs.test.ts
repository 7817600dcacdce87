import { expect, test } from 'vitest';
import type { IsaBackend } from '../isa-backend.ts';
import { mix, Random } from '../testing/random.ts';
import { type RandomProgram, randomIsa } from '../testing/random-ir.ts';
import { outcome, randomMachine, runRandomly } from '../testing/random-machine.ts';
import { wasmTranslatorWith } from './translator.ts';

const EAGER = wasmTranslatorWith({ batch: 1, maxWait: 1 });

/** With some registers deferred as an ISA's flags are. */
function isaFor(program: RandomProgram, deferredSlots: readonly (readonly string[])[]): IsaBackend {
  return { ...randomIsa(program), deferredSlots };
}

const VARIANTS = [
  { name: 'no deferred slots', deferred: [] },
  { name: 'three deferred slots', deferred: [['r4', 'r5', 'r6']] },
  { name: 'a family for each deferred slot', deferred: [['r2'], ['r4'], ['r5'], ['r6']] },
  { name: 'families of deferred slots', deferred: [['r1', 'r4'], ['r2'], ['r5', 'r6']] },
  { name: 'more deferred slots than groups', deferred: [['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6']] },
  { name: 'more families than groups', deferred: [['r0'], ['r1'], ['r2'], ['r3'], ['r4'], ['r5'], ['r6']] },
];

for (const { name, deferred } of VARIANTS) {
  for (const byteOrder of ['little', 'big'] as const) {
    test(`translated as interpreted: ${name}, ${byteOrder}-endian`, () => {
      let translated = 0;
      for (let n = 0; n < 8; n++) {
        const program: RandomProgram = { seed: mix(n, 77), size: 16 << (n % 6), byteOrder };
        const isa = isaFor(program, deferred);
        const plain = randomMachine(program, { isa });
        runRandomly(plain, program, 3000);
        const machine = randomMachine(program, { isa, hotness: 1 + (n % 3), translator: EAGER });
        runRandomly(machine, program, 3000, n % 2 ? new Random(mix(n, 5)) : undefined);
        expect({ seed: program.seed, ...outcome(machine) }).toEqual({ seed: program.seed, ...outcome(plain) });
        translated += 3000 - machine.engine.counters.interpretedInstructions;
      }
      expect(translated).toBeGreaterThan(0);
    });
  }
}
