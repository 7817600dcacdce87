import { expect, test } from 'vitest';
import { KERNEL_GO_ON, KERNEL_STEADY } from '../engine/engine-types.ts';
import { optimisationsWithout } from '../engine/optimisations.ts';
import { outcome } from '../testing/random-machine.ts';
import { TOY_SUPERVISOR, toy } from '../testing/toy-isa.ts';
import { KERNEL_TEXT, type ToyMachine, toyMachine, USER_CODE } from '../testing/toy-machine.ts';
import { wasmTranslatorWith } from './translator.ts';

const [STEADY, OTHER] = [3, 4];

/** A loop at kernel privilege that calls the kernel's entry code through a gate, by registers: what that counts, and its answers, are in registers. */
const PROGRAM = [
  toy('callr', 5), // loop:
  toy('add', 2, 2, 3),
  toy('addi', 1, 1, 1),
  toy('addi', 0, 1, -100),
  toy('beqz', 0, 2),
  toy('jmp', 0, -5),
  toy('li', 1, 0),
  toy('addi', 0, 4, 12),
  toy('callr', 0), // the kernel does something else, and the answer changes
  toy('jmp', 0, -9),
  toy('jr', 4), // the gate
];
const GATE = USER_CODE + 4 * (PROGRAM.length - 1);
const ENTRY = [
  toy('addi', 6, 6, 1),
  toy('kcall', 0, STEADY),
  toy('ret'),
  toy('addi', 6, 6, 3), // another function
  toy('kcall', 0, OTHER),
  toy('ret'),
];

function run(instructions: number, part: number, options: Parameters<typeof toyMachine>[0]): ToyMachine {
  const machine = toyMachine(options);
  machine.poke(USER_CODE, PROGRAM.flat());
  machine.memory.writeFrame(
    machine.mmu.entry(machine.space, KERNEL_TEXT >>> 12) >>> 12,
    0,
    Uint8Array.from(ENTRY.flat()),
  );
  machine.cpu.mode = TOY_SUPERVISOR;
  machine.setReg('r5', GATE);
  machine.setReg('r4', KERNEL_TEXT);
  let word = 7;
  const result = machine.cpu.layout.slot('r3', 'i32');
  machine.steadyCall = (number) => (number === STEADY ? { index: 0, result, work: 5 } : undefined);
  machine.onKernelCall = (number) => {
    if (number === OTHER) {
      word++;
      return KERNEL_GO_ON;
    }
    machine.setReg('r3', word);
    machine.engine.addCycles(5, true);
    return KERNEL_STEADY;
  };
  for (let left = instructions; left > 0; left -= part) machine.engine.run(Math.min(part, left));
  return machine;
}

const translated = { hotness: 3, translator: wasmTranslatorWith({ batch: 4, maxWait: 20 }) };
const without = { ...translated, optimisations: optimisationsWithout(['inlineEntry']) };

test('entry code stands in line behind a gate, and ends where it is interrupted as it does by itself', () => {
  const plain = outcome(run(20_000, 20_000, {}));
  for (const part of [7, 13, 20_000]) expect(outcome(run(20_000, part, translated))).toEqual(plain);
  const machine = run(20_000, 101, translated);
  expect(outcome(machine)).toEqual(plain);
  const apart = run(20_000, 101, without);
  expect(outcome(apart)).toEqual(plain);
  // The loop was made again with it.
  expect(machine.engine.counters.regionsTranslated).toBeGreaterThan(apart.engine.counters.regionsTranslated);
});

test.each(['none', 'mergedCharges', 'inlineEntry'] as const)(
  'the entry code has its cycles to itself, wherever it is interrupted (off: %s)',
  (off) => {
    const options = { ...translated, optimisations: optimisationsWithout(off === 'none' ? [] : [off]) };
    const { entryCycles } = run(20_000, 20_000, {}).engine.cyclesBy();
    expect(entryCycles).toBeGreaterThan(5000);
    for (const part of [7, 13, 101, 20_000]) {
      expect(run(20_000, part, options).engine.cyclesBy().entryCycles).toBe(entryCycles);
    }
  },
);
