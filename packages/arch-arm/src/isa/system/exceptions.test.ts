import { beforeEach, describe, expect, test } from 'vitest';
import { arm } from '../backend.ts';
import { ABT, IRQ, MODE_IT, PSR_A, PSR_I, PSR_T, SVC, SYS, UND, USR } from '../state.ts';
import { CODE, DATA, NOWHERE, READ_ONLY, TestMachine, VECTORS } from '../testing/machine.ts';

const MODE = 0x1f;
const USER_FLAGS = 0xa000_0000;

let machine: TestMachine;
beforeEach(() => {
  machine = new TestMachine();
  machine.psr = USER_FLAGS | USR;
});

/** Expects exception entry: vector, mode, LR, and the old CPSR in SPSR. */
function expectEntry(vector: number, mode: number, link: number, spsr = (USER_FLAGS | USR) >>> 0): void {
  expect(machine.cpu.pc >>> 0).toBe(VECTORS + vector);
  expect(machine.psr & MODE).toBe(mode);
  expect(machine.psr & PSR_I).toBe(PSR_I);
  expect(machine.get('r14')).toBe(link);
  const bank = { [SVC]: 'Svc', [UND]: 'Und', [ABT]: 'Abt', [IRQ]: 'Irq' }[mode]!;
  expect(machine.get(`spsr${bank}`)).toBe(spsr);
}

describe('exception entry', () => {
  test('SVC in A32 and in T32', () => {
    machine.run([0xef00_0005]);
    expectEntry(0x08, SVC, CODE + 4);
    machine.psr = USER_FLAGS | USR;
    machine.runThumb([0xdf05], 1);
    expectEntry(0x08, SVC, CODE + 2, (USER_FLAGS | USR | PSR_T) >>> 0);
  });

  test('the stack pointer and link register of the user stay', () => {
    machine.set('r13', 0x1111);
    machine.set('r14', 0x2222);
    machine.set('r13Svc', 0x3333);
    machine.run([0xef00_0005]);
    expect([machine.get('r13'), machine.get('r13Usr'), machine.get('r14Usr')]).toEqual([0x3333, 0x1111, 0x2222]);
  });

  test('an undefined instruction', () => {
    machine.run([0xe7f0_00f7]);
    expectEntry(0x04, UND, CODE + 4);
    machine.psr = USER_FLAGS | USR;
    machine.runThumb([0xde00], 1);
    expectEntry(0x04, UND, CODE + 2, (USER_FLAGS | USR | PSR_T) >>> 0);
  });

  test('data aborts tell address, kind and direction', () => {
    machine.set('r1', NOWHERE + 8);
    // ldr r0, [r1]
    machine.run([0xe591_0000]);
    expectEntry(0x10, ABT, CODE + 8);
    expect(machine.psr & PSR_A).toBe(PSR_A);
    expect([machine.get('dfsr'), machine.get('dfar')]).toEqual([0x07, NOWHERE + 8]);
    machine.psr = USR;
    machine.set('r1', READ_ONLY);
    // str r0, [r1]
    machine.run([0xe581_0000]);
    expect([machine.get('dfsr'), machine.get('dfar')]).toEqual([0x80f, READ_ONLY]);
  });

  test('a prefetch abort', () => {
    machine.cpu.pc = NOWHERE;
    machine.engine.run(1);
    expectEntry(0x0c, ABT, NOWHERE + 4);
    expect([machine.get('ifsr'), machine.get('ifar')]).toEqual([0x07, NOWHERE]);
  });

  test('BKPT is a prefetch abort with a status of its own', () => {
    machine.run([0xe120_0070]);
    expectEntry(0x0c, ABT, CODE + 4);
    expect(machine.get('ifsr')).toBe(0x02);
  });

  test('A32 code at 2 modulo 4 aborts', () => {
    machine.cpu.pc = CODE + 2;
    machine.engine.run(1);
    expect([machine.get('ifsr'), machine.get('ifar')]).toEqual([0x01, CODE + 2]);
  });

  test('an interrupt, unless I is set', () => {
    machine.engine.setInterrupt(0, true);
    machine.run([0xe1a0_0000]);
    expectEntry(0x18, IRQ, CODE + 4);
    expect(arm.interruptsEnabled(machine.cpu)).toBe(false);
  });

  test('misaligned LDM, LDRD and LDREX abort, misaligned LDR does not', () => {
    machine.set('r1', DATA + 2);
    machine.set('r2', DATA + 2);
    machine.run([0xe591_0000]);
    expect(machine.psr & MODE).toBe(USR);
    for (const word of [0xe892_0003, 0xe1c2_00d0, 0xe191_0f9f]) {
      machine.psr = USR;
      machine.run([word]);
      expect(machine.psr & MODE).toBe(ABT);
      expect([machine.get('dfsr'), machine.get('dfar')]).toEqual([0x01, DATA + 2]);
    }
  });

  test('in an IT block SPSR has the IT state of where to go on', () => {
    machine.psr = 0x4000_0000 | USR;
    // itte eq; addeq r0, #1; svceq #3; addne r0, #2
    machine.runThumb([0xbf06, 0x3001, 0xdf03, 0x3002], 3);
    expectEntry(0x08, SVC, CODE + 6, (0x4000_0000 | USR | PSR_T | 0x1800) >>> 0);
    expect(machine.cpu.mode & MODE_IT).toBe(0);
    // movs pc, lr, on to the NE instruction, which is not executed.
    machine.run([0xe1b0_f00e], VECTORS + 0x100);
    expect(machine.cpu.pc).toBe((CODE + 6) | 1);
    machine.engine.run(1);
    expect(machine.get('r0')).toBe(1);
    expect(machine.cpu.mode & MODE_IT).toBe(0);
  });
});

describe('exception return', () => {
  const enter = (): void => {
    machine.set('r13', 0x1111);
    machine.set('r13Svc', DATA);
    machine.run([0xef00_0005]);
  };

  test.each([
    ['movs pc, lr', 0xe1b0_f00e, 4],
    ['subs pc, lr, #4', 0xe25e_f004, 0],
  ])('%s', (_name, word, offset) => {
    enter();
    machine.run([word], VECTORS + 0x100);
    expect(machine.cpu.pc).toBe(CODE + offset);
    expect(machine.psr).toBe((USER_FLAGS | USR) >>> 0);
    expect(machine.get('r13')).toBe(0x1111);
  });

  test('to T32', () => {
    enter();
    machine.set('spsrSvc', SYS | PSR_T);
    machine.run([0xe1b0_f00e], VECTORS + 0x100);
    expect(machine.cpu.pc).toBe((CODE + 4) | 1);
    expect(machine.psr & MODE).toBe(SYS);
  });

  test('ldm sp!, {r0-r3, pc}^', () => {
    enter();
    [1, 2, 3, 4, CODE + 0x40].forEach((word, n) => {
      machine.put(DATA + 4 * n, word);
    });
    machine.run([0xe8fd_800f], VECTORS + 0x100);
    expect(machine.cpu.pc).toBe(CODE + 0x40);
    expect(machine.psr).toBe((USER_FLAGS | USR) >>> 0);
    expect([0, 1, 2, 3].map((n) => machine.get(`r${n}`))).toEqual([1, 2, 3, 4]);
    expect(machine.get('r13Svc')).toBe(DATA + 20);
  });

  test('rfeia sp!, of what srsdb sp! stored', () => {
    enter();
    machine.set('r13', DATA + 16);
    machine.run([0xf96d_0513], VECTORS + 0x100);
    expect([machine.word(DATA + 8), machine.word(DATA + 12)]).toEqual([CODE + 4, (USER_FLAGS | USR) >>> 0]);
    expect(machine.get('r13')).toBe(DATA + 8);
    machine.run([0xf8bd_0a00], VECTORS + 0x100);
    expect(machine.cpu.pc).toBe(CODE + 4);
    expect(machine.psr).toBe((USER_FLAGS | USR) >>> 0);
    expect(machine.get('r13Svc')).toBe(DATA + 16);
  });
});
