import { PTE_EXEC, PTE_USER, wasmTranslatorWith } from '@kml/core';
import { describe, expect, test } from 'vitest';
import { CAUSE_BD, STATUS_EXL } from '../system/status.ts';
import { asm, BareMachine, type BareMachineOptions, NOP, VECTORS } from '../testing/index.ts';
import { ADEL, BP, OV, RI, TLBL, VECTOR_GENERAL, VECTOR_REFILL } from '../vectors.ts';

const CODE = 0x1000;

function machine(code: readonly number[], options: BareMachineOptions = {}): BareMachine {
  const m = new BareMachine(options);
  m.map(CODE, 0x1000, PTE_USER | PTE_EXEC);
  m.words(CODE, code);
  return m;
}

const code = (m: BareMachine): number => (m.get('cause') >>> 2) & 31;
const inSlot = (m: BareMachine): boolean => (m.get('cause') & CAUSE_BD) !== 0;

/** Counts r8 down from 5, adding to r9 in the delay slot. */
const LOOP = [
  asm('addiu', { s: 0, t: 8, i: 5 }),
  asm('addiu', { s: 8, t: 8, i: -1 }),
  asm('bne', { s: 8, t: 0, i: -2 }),
  asm('addiu', { s: 9, t: 9, i: 10 }),
  asm('break'),
];

describe('delay slots', () => {
  test('a loop comes to the same one instruction at a time', () => {
    const whole = machine(LOOP);
    whole.run(16, CODE);
    const steps = machine(LOOP);
    steps.cpu.pc = CODE;
    for (let n = 0; n < 16; n++) steps.run(1);
    for (const m of [whole, steps]) {
      expect([m.get('r8'), m.get('r9'), m.get('pc')]).toEqual([0, 50, CODE + 16]);
    }
  });

  test('between branch and slot pc is odd, and the slot goes where the branch does', () => {
    const m = machine(LOOP);
    m.run(3, CODE);
    expect(m.get('pc')).toBe((CODE + 12) | 1);
    m.run(1);
    expect([m.get('r9'), m.get('pc')]).toEqual([10, CODE + 4]);
  });

  test('the same in translated code', () => {
    const translator = wasmTranslatorWith({ batch: 1, maxWait: 1 });
    const m = machine([...LOOP.slice(0, 4), asm('beq', { i: -5 }), NOP], { hotness: 1, translator });
    m.run(18 * 50, CODE);
    expect([m.get('r9'), m.get('pc')]).toEqual([50 * 50, CODE]);
    expect(m.engine.counters.interpretedInstructions).toBeLessThan(450);
  });

  test('in translated code a slot behind a likely branch, or on another page, goes where its branch does', () => {
    const translator = wasmTranslatorWith({ batch: 1, maxWait: 1 });
    const likely = [LOOP[0]!, LOOP[1]!, asm('bnel', { s: 8, t: 0, i: -2 }), LOOP[3]!, asm('beq', { i: -5 }), NOP];
    const m = machine(likely, { hotness: 1, translator });
    m.run(17 * 50, CODE);
    expect([m.get('r9'), m.get('pc')]).toEqual([50 * 40, CODE]);
    const across = machine([], { hotness: 1, translator });
    across.map(CODE + 0x1000, 0x1000, PTE_USER | PTE_EXEC);
    const one = (register: number): number => asm('addiu', { s: register, t: register, i: 1 });
    across.words(CODE + 0xff8, [one(2), asm('beq', { i: -2 }), one(3)]);
    across.run(300, CODE + 0xff8);
    expect([across.get('r2'), across.get('r3'), across.get('pc')]).toEqual([100, 100, CODE + 0xff8]);
    for (const { engine } of [m, across]) expect(engine.counters.interpretedInstructions).toBeLessThan(200);
  });

  test('a fault in a slot is the branch’s, with BD; the link register is written', () => {
    const m = machine([asm('bgezal', { s: 0, i: 4 }), asm('lw', { s: 0, t: 2, i: 3 })]);
    m.run(1, CODE);
    m.run(1);
    expect([code(m), inSlot(m), m.get('epc'), m.get('badVAddr')]).toEqual([ADEL, true, CODE, 3]);
    expect(m.get('r31')).toBe(CODE + 8);
  });

  test('a trap in a slot', () => {
    const m = machine([asm('j', { j: CODE >> 2 }), asm('add', { s: 4, t: 4, d: 5 })]);
    m.set({ r4: 0x7fff_ffff });
    m.run(2, CODE);
    expect([code(m), inSlot(m), m.get('epc'), m.get('r5')]).toEqual([OV, true, CODE, 0]);
  });

  test('the slot lies on a page that is not there', () => {
    const m = machine([]);
    m.words(CODE + 0xffc, [asm('beq', { i: 3 })]);
    m.run(2, CODE + 0xffc);
    expect([code(m), inSlot(m), m.get('epc'), m.get('badVAddr')]).toEqual([TLBL, true, CODE + 0xffc, CODE + 0x1000]);
    expect(m.get('pc')).toBe((VECTORS + VECTOR_REFILL + 4) >>> 0);
  });

  test('the slot lies on another page', () => {
    const m = machine([]);
    m.map(CODE + 0x1000, 0x1000, PTE_USER | PTE_EXEC);
    m.words(CODE + 0xffc, [asm('beq', { i: 3 }), asm('addiu', { t: 2, i: 7 })]);
    m.run(2, CODE + 0xffc);
    expect([m.get('r2'), m.get('pc')]).toEqual([7, CODE + 0x100c]);
  });

  test('a branch in a slot is a reserved instruction', () => {
    const m = machine([asm('beq', { i: 3 }), asm('beq', { i: 3 })]);
    m.run(2, CODE);
    expect([code(m), inSlot(m), m.get('epc')]).toEqual([RI, true, CODE]);
  });

  test('a slot that host code executes goes where the branch does', () => {
    const m = machine([asm('beq', { i: 3 }), asm('ctc1', { t: 4, s: 31 })]);
    m.set({ r4: 0x83 });
    m.run(2, CODE);
    expect([m.get('pc'), m.get('fcsr')]).toEqual([CODE + 16, 0x83]);
  });
});

describe('branches', () => {
  test('the slot may change what the branch compared, and the target’s register', () => {
    const m = machine([asm('jr', { s: 4 }), asm('addiu', { s: 4, t: 4, i: 4 })]);
    m.set({ r4: CODE + 0x40 });
    m.run(2, CODE);
    expect([m.get('pc'), m.get('r4')]).toEqual([CODE + 0x40, CODE + 0x44]);
  });

  test('a likely branch that is not taken skips its slot', () => {
    const body = [asm('beql', { s: 4, t: 0, i: 3 }), asm('addiu', { t: 2, i: 1 })];
    const taken = machine(body);
    taken.run(2, CODE);
    expect([taken.get('pc'), taken.get('r2')]).toEqual([CODE + 16, 1]);
    const not = machine(body);
    not.set({ r4: 1 });
    not.run(1, CODE);
    expect([not.get('pc'), not.get('r2')]).toEqual([CODE + 8, 0]);
  });

  test.each([1, 2, 3])('a jump to an address with %i at its end faults there, behind the slot', (bits) => {
    const m = machine([asm('jalr', { s: 4, d: 31 }), asm('addiu', { t: 2, i: 1 })]);
    m.set({ r4: CODE + 0x20 + bits });
    m.run(3, CODE);
    const target = CODE + 0x20 + bits;
    expect([code(m), inSlot(m), m.get('epc'), m.get('badVAddr')]).toEqual([ADEL, false, target, target]);
    expect([m.get('r2'), m.get('r31')]).toEqual([1, CODE + 8]);
  });

  test('J stays in the 256 MiB of its slot', () => {
    const m = new BareMachine();
    m.map(0x1fff_f000, 0x2000, PTE_USER | PTE_EXEC);
    m.words(0x1fff_fffc, [asm('j', { j: 0x100 >> 2 }), NOP]);
    m.run(2, 0x1fff_fffc);
    expect(m.get('pc')).toBe(0x2000_0100);
  });
});

test('BREAK goes to the general vector with EXL set, and counts not', () => {
  const m = machine([asm('break')]);
  m.words(VECTORS + VECTOR_GENERAL, [asm('addiu', { t: 26, i: 1 })]);
  m.run(1, CODE);
  expect([code(m), m.get('epc'), m.get('r26')]).toEqual([BP, CODE, 1]);
  expect(m.get('status') & STATUS_EXL).toBe(STATUS_EXL);
});
