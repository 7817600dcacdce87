import { describe, expect, it } from 'vitest';
import type { EngineOptions } from '../engine/engine-types.ts';
import { liftBlock } from '../engine/lift-block.ts';
import { OP_NUM, OP_STRIDE } from '../ir/block.ts';
import { OP_NAMES } from '../ir/ops.ts';
import { verify } from '../ir/verify.ts';
import { Random } from '../testing/random.ts';
import { randomIsa } from '../testing/random-ir.ts';
import { outcome, randomMachine, runRandomly } from '../testing/random-machine.ts';
import { KERNEL_TEXT, USER_CODE } from '../testing/toy-machine.ts';

const SEEDS = Array.from({ length: 30 }, (_, index) => 1000 + index);

describe('random programs, interpreted', () => {
  it.each(SEEDS)('seed %i: the same however the budget is cut', (seed) => {
    const program = { seed, size: 64 };
    const whole = randomMachine(program);
    runRandomly(whole, program, 6000);
    const cut = randomMachine(program);
    runRandomly(cut, program, 6000, new Random(seed));
    expect(outcome(cut)).toEqual(outcome(whole));
    expect(whole.engine.instructions()).toBe(6000);
  });

  it.each(SEEDS.slice(0, 10))('seed %i: the same with every access observed, in both byte orders', (seed) => {
    for (const byteOrder of ['little', 'big'] as const) {
      const program = { seed, size: 128, byteOrder };
      const plain = randomMachine(program);
      runRandomly(plain, program, 3000);
      const observed = randomMachine(program);
      observed.engine.onMemoryAccess = () => {};
      runRandomly(observed, program, 3000);
      expect(outcome(observed)).toEqual(outcome(plain));
    }
  });

  it('takes traps, kernel calls and writes to code', () => {
    let calls = 0;
    let invalidations = 0;
    for (let seed = 0; seed < 20; seed++) {
      const program = { seed, size: 64 };
      const machine = randomMachine(program);
      runRandomly(machine, program, 3000);
      expect(machine.engine.counters.blocksLifted).toBeGreaterThan(20);
      calls += machine.calls.length;
      invalidations += machine.engine.counters.invalidations;
    }
    expect(calls).toBeGreaterThan(200);
    expect(invalidations).toBeGreaterThan(10);
  });

  it('has every operation of the table in valid blocks', () => {
    const seen = new Set<number>();
    const code = { byte: (address: number) => address & 0xff };
    for (let seed = 0; seed < 20; seed++) {
      const isa = randomIsa({ seed, size: 256 });
      const options = { model: isa.cpuModels[0]!, kernelText: { start: KERNEL_TEXT, end: KERNEL_TEXT } };
      for (let n = 0; n < 256; n += 4) {
        const { ir } = liftBlock(isa, code, options as EngineOptions, USER_CODE + 4 * n, 0);
        verify(ir!, isa.layout);
        for (let at = 0; at < ir!.code.length; at += OP_STRIDE) seen.add(ir!.code[at + OP_NUM]!);
      }
    }
    // Which rounding that one does depends on the host.
    expect(OP_NAMES.filter((_, number) => !seen.has(number))).toEqual(['fusedF64x2']);
  });
});
