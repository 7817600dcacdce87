import { wasmTranslatorWith } from '@kml/core';
import { describe, expect, test } from 'vitest';
import { MODE_IT, USR } from '../state.ts';
import { CODE, DATA, TestMachine } from '../testing/machine.ts';

/** movs r0, #0; cmp r0, #0; itete eq; addeq r1, #1; addne r1, #2; ldreq r2, [r3]; strne r2, [r4]; adds r5, #1 */
const BLOCK = [0x2000, 0x2800, 0xbf0b, 0x3101, 0x3102, 0x681a, 0x6022, 0x3501];
const COUNT = BLOCK.length;

function prepared(machine = new TestMachine()): TestMachine {
  machine.psr = USR;
  machine.put(DATA, 77);
  machine.set('r3', DATA);
  // Not mapped: the store is not executed.
  machine.set('r4', 0);
  return machine;
}

function expectDone(machine: TestMachine, at = CODE): void {
  expect(machine.cpu.pc).toBe((at + 2 * COUNT) | 1);
  expect([1, 2, 5].map((n) => machine.get(`r${n}`))).toEqual([1, 77, 1]);
  expect(machine.cpu.mode & MODE_IT).toBe(0);
}

describe('an IT block', () => {
  test('executes what its conditions tell', () => {
    const machine = prepared();
    machine.runThumb(BLOCK, COUNT);
    expectDone(machine);
  });

  test('goes on where it was left after any instruction', () => {
    const machine = prepared();
    machine.runThumb(BLOCK, 0);
    for (let n = 0; n < COUNT; n++) machine.engine.run(1);
    expectDone(machine);
  });

  test.each([2, 4, 6, 8, 10, 12])('goes on behind a page boundary, %i bytes in', (bytes) => {
    const at = CODE + 0x1000 - bytes;
    const machine = prepared();
    machine.runThumb(BLOCK, COUNT, at);
    expectDone(machine, at);
  });

  test('is resumed at the instruction that faulted', () => {
    const machine = prepared();
    machine.set('r3', 0);
    machine.runThumb(BLOCK, 6);
    expect(machine.get('spsrAbt') & 0x0600_fc00).not.toBe(0);
    machine.set('r3', DATA);
    // subs pc, lr, #8
    machine.run([0xe25e_f008], 0xc000_1100);
    expect(machine.cpu.pc).toBe((CODE + 10) | 1);
    machine.engine.run(3);
    expectDone(machine);
  });

  test.each([0, 4, 8])('translated, %i bytes before a page boundary', (bytes) => {
    const at = CODE + 0x1000 - bytes;
    // The same 50 times: sub r6, #1; cmp r6, #0; bne
    const loop = [...BLOCK, 0x3e01, 0x2e00, 0xd1f4];
    const machine = prepared(new TestMachine(wasmTranslatorWith({ batch: 1, maxWait: 1 })));
    machine.set('r6', 50);
    machine.runThumb(loop, 50 * (COUNT + 3), at);
    expect(machine.cpu.pc).toBe((at + 2 * loop.length) | 1);
    expect([1, 2, 5].map((n) => machine.get(`r${n}`))).toEqual([50, 77, 50]);
    const { instructions, interpretedInstructions } = machine.engine.counters;
    if (bytes === 0) expect(interpretedInstructions).toBeLessThan(instructions / 2);
  });
});
