import { PTE_EXEC, PTE_USER, PTE_WRITE } from '@kml/core';
import { describe, expect, test } from 'vitest';
import { PRID } from '../identity.ts';
import { MODE_USER, reg } from '../state.ts';
import { asm, BareMachine, KERNEL_BASE, NOP, VECTORS } from '../testing/index.ts';
import {
  ADEL,
  ADES,
  CPU,
  INT,
  kernelCallWord,
  MOD,
  RI,
  SYS,
  TLBL,
  TLBS,
  VECTOR_GENERAL,
  VECTOR_INTERRUPT,
  VECTOR_REFILL,
} from '../vectors.ts';
import {
  CAUSE_CE,
  CAUSE_IV,
  STATUS_BEV,
  STATUS_CU0,
  STATUS_CU1,
  STATUS_ERL,
  STATUS_EXL,
  STATUS_IE,
  STATUS_IM,
  STATUS_USER,
} from './status.ts';

const CODE = 0x1000;
const DATA = 0x4000;

/** A machine in user mode with this code, and in kernel mode with it at VECTORS + 0x400. */
function machine(code: readonly number[], order: 'big' | 'little' = 'little'): BareMachine {
  const m = new BareMachine({ order });
  m.map(CODE, 0x1000, PTE_USER | PTE_EXEC);
  m.map(DATA, 0x1000, PTE_USER | PTE_WRITE);
  m.words(CODE, code);
  m.words(KERNEL_CODE, code);
  return m;
}
const KERNEL_CODE = KERNEL_BASE + 0x400;
const KERNEL = STATUS_CU1;

const code = (m: BareMachine): number => (m.get('cause') >>> 2) & 31;
const hex = (value: number): string => (value >>> 0).toString(16);

describe('memory exceptions', () => {
  test('a load from a page that is not there goes to the refill vector, with the address', () => {
    const m = machine([asm('lw', { s: 4, t: 2 })]);
    m.set({ r4: 0x7654_3210, context: 0xab80_0000 });
    m.run(1, CODE);
    expect([code(m), hex(m.get('badVAddr')), m.get('epc')]).toEqual([TLBL, '76543210', CODE]);
    expect(hex(m.get('context'))).toBe(hex(0xab80_0000 | ((0x7654_3210 >>> 13) << 4)));
    expect(hex(m.get('entryHi') & ~0xff)).toBe(hex(0x7654_2000));
    expect(m.get('pc')).toBe((VECTORS + VECTOR_REFILL + 4) >>> 0);
  });

  test('with EXL set it goes to the general vector, and EPC stays', () => {
    const m = machine([asm('sw', { s: 4, t: 2 })]);
    m.set({ r4: 0x7654_3210, status: KERNEL | STATUS_EXL, epc: 0x1234 });
    m.run(1, KERNEL_CODE);
    expect([code(m), m.get('epc'), m.get('pc')]).toEqual([TLBS, 0x1234, (VECTORS + VECTOR_GENERAL + 4) >>> 0]);
  });

  test('a store to a read-only page is TLB modified', () => {
    const m = machine([asm('sw', { s: 4, t: 2 })]);
    m.set({ r4: CODE + 8 });
    m.run(1, CODE);
    expect([code(m), m.get('badVAddr')]).toEqual([MOD, CODE + 8]);
    expect(m.get('pc')).toBe((VECTORS + VECTOR_GENERAL + 4) >>> 0);
  });

  test.each([
    ['lw', ADEL],
    ['sw', ADES],
  ])('user mode has no business in the kernel’s half: %s', (mnemonic, expected) => {
    const m = machine([asm(mnemonic, { s: 4, t: 2 })]);
    m.set({ r4: KERNEL_BASE });
    m.run(1, CODE);
    expect([code(m), m.get('badVAddr')]).toEqual([expected, KERNEL_BASE >>> 0]);
  });

  test('nor may it go there', () => {
    const m = machine([asm('jr', { s: 4 }), NOP]);
    m.set({ r4: KERNEL_BASE + 0x100 });
    m.run(3, CODE);
    expect([code(m), hex(m.get('epc'))]).toEqual([ADEL, hex(KERNEL_BASE + 0x100)]);
  });

  test.each([
    ['lh', ADEL, 1],
    ['lw', ADEL, 2],
    ['sh', ADES, 1],
    ['sw', ADES, 3],
    ['ldc1', ADEL, 4],
    ['sdc1', ADES, 4],
    ['ll', ADEL, 2],
    ['sc', ADES, 2],
  ])('%s to an address that is no multiple of its size', (mnemonic, expected, off) => {
    for (const order of ['big', 'little'] as const) {
      const m = machine([asm(mnemonic, { s: 4, t: 2, i: off })], order);
      m.set({ r4: DATA });
      m.run(1, CODE);
      expect([code(m), m.get('badVAddr'), m.get('r2')]).toEqual([expected, DATA + off, 0]);
    }
  });

  test('LWR faults with the address it was given', () => {
    const m = machine([asm('lwr', { s: 4, t: 2, i: 3 })]);
    m.set({ r4: 0x6000_0000 });
    m.run(1, CODE);
    expect(hex(m.get('badVAddr'))).toBe('60000003');
  });
});

describe('privilege', () => {
  test.each(['mfc0', 'mtc0', 'eret', 'di', 'tlbwi', 'cache', 'wait'])('%s is not for user mode', (mnemonic) => {
    const m = machine([asm(mnemonic)]);
    m.run(1, CODE);
    expect([code(m), m.get('cause') & CAUSE_CE]).toEqual([CPU, 0]);
  });

  test('Status.CU0 gives it to user mode', () => {
    const m = machine([asm('mfc0', { t: 2, d: 15 })]);
    m.set({ status: STATUS_USER | STATUS_CU0 });
    m.run(1, CODE);
    expect(m.get('r2')).toBe(PRID);
  });

  test('kernel mode has it whatever CU0 says', () => {
    const m = machine([asm('mfc0', { t: 2, d: 12 })]);
    m.set({ status: KERNEL | STATUS_IE });
    m.run(1, KERNEL_CODE);
    expect(m.get('r2')).toBe((KERNEL | STATUS_IE) >>> 0);
  });

  test('without CU1 the FPU is unusable', () => {
    const m = machine([asm('add.d')]);
    m.set({ status: STATUS_USER });
    m.run(1, CODE);
    expect([code(m), (m.get('cause') & CAUSE_CE) >>> 28]).toEqual([CPU, 1]);
  });

  test('there is no coprocessor 2', () => {
    const m = machine([asm('cop2')]);
    m.run(1, CODE);
    expect([code(m), (m.get('cause') & CAUSE_CE) >>> 28]).toEqual([CPU, 2]);
  });

  test('the kernel call is one in kernel text at kernel privilege only', () => {
    const call = kernelCallWord(0x123);
    const kernel = machine([call]);
    kernel.set({ status: KERNEL });
    kernel.run(1, KERNEL_CODE);
    expect(kernel.kernelCalls).toEqual([0x123]);
    const elsewhere = machine([call]);
    elsewhere.set({ status: KERNEL });
    elsewhere.run(1, CODE);
    expect([elsewhere.kernelCalls, code(elsewhere)]).toEqual([[], RI]);
  });

  test.each([
    [29, 0x2000_0000, 0x5678],
    [1, 0x2, 32],
    [3, 0x8, 2],
    [0, 0x1, 0],
  ])('RDHWR $%i needs its bit of HWREna', (number, bit, value) => {
    const m = machine([asm('rdhwr', { t: 2, d: number })]);
    m.set({ userLocal: 0x5678, r2: 1 });
    m.run(1, CODE);
    expect(code(m)).toBe(RI);
    m.set({ status: STATUS_USER | STATUS_CU1, hwrena: bit });
    m.run(1, CODE);
    expect(m.get('r2')).toBe(value);
  });
});

describe('interrupts and returns', () => {
  const ENABLED = STATUS_USER | STATUS_CU1 | STATUS_IE | STATUS_IM;

  test('an interrupt is taken with IE set, EXL and ERL clear, and some of IM', () => {
    for (const [status, taken] of [
      [ENABLED, true],
      [ENABLED & ~STATUS_IE, false],
      [ENABLED | STATUS_EXL, false],
      [ENABLED | STATUS_ERL, false],
      [ENABLED & ~STATUS_IM, false],
    ] as const) {
      const m = machine([NOP, NOP]);
      m.set({ status });
      m.engine.setInterrupt(0, true);
      m.run(1, CODE);
      expect(m.get('epc') === CODE).toBe(taken);
    }
  });

  test('it has a vector of its own if Cause.IV is set; the timer is IP7', () => {
    const m = machine([NOP]);
    m.set({ status: ENABLED, cause: CAUSE_IV });
    m.engine.setInterrupt(0, true);
    m.run(1, CODE);
    expect([code(m), m.get('cause') & 0xfc00]).toEqual([INT, 0x8000]);
    expect(m.get('pc')).toBe((VECTORS + VECTOR_INTERRUPT + 4) >>> 0);
  });

  test('one between a branch and its slot comes back to the branch', () => {
    const m = machine([asm('beq', { i: 4 }), asm('addiu', { t: 2, s: 2, i: 1 })]);
    m.words(VECTORS + VECTOR_GENERAL, [asm('eret')]);
    m.set({ status: ENABLED });
    m.run(1, CODE);
    m.engine.setInterrupt(0, true);
    m.run(1);
    expect(m.get('epc')).toBe(CODE);
    m.engine.setInterrupt(0, false);
    m.run(3);
    expect([m.get('r2'), m.get('pc')]).toEqual([1, CODE + 20]);
  });

  test('SYSCALL and ERET: EXL, privilege and reservation', () => {
    const m = machine([asm('syscall')]);
    const handler = [asm('mfc0', { t: 26, d: 14 }), asm('addiu', { s: 26, t: 26, i: 4 })];
    m.words(VECTORS + VECTOR_GENERAL, [...handler, asm('mtc0', { t: 26, d: 14 }), asm('eret')]);
    m.set({ llBit: 1 });
    m.run(1, CODE);
    expect([code(m), m.cpu.mode & MODE_USER]).toEqual([SYS, 0]);
    m.run(4);
    expect([m.get('pc'), m.cpu.mode & MODE_USER, m.get('llBit')]).toEqual([CODE + 4, MODE_USER, 0]);
  });

  test('ERET with ERL set returns to ErrorEPC', () => {
    const m = machine([asm('eret')]);
    m.set({ status: KERNEL | STATUS_ERL | STATUS_EXL, errorEpc: 0x2000, epc: 0x3000 });
    m.run(1, KERNEL_CODE);
    expect([m.get('pc'), m.get('status')]).toEqual([0x2000, (KERNEL | STATUS_EXL) >>> 0]);
  });

  test('with BEV set the vectors are those of the boot ROM', () => {
    const m = machine([asm('syscall')]);
    m.set({ status: STATUS_USER | STATUS_BEV });
    m.run(1, CODE);
    expect(hex(m.get('pc'))).toBe(hex(0xbfc0_0380));
  });

  test('DI and EI give the old Status', () => {
    const m = machine([asm('di', { t: 2 }), asm('ei', { t: 3 })]);
    m.set({ status: KERNEL | STATUS_IE });
    m.run(2, KERNEL_CODE);
    expect([m.get('r2') & 1, m.get('r3') & 1, m.get('status') & 1]).toEqual([1, 0, 1]);
  });
});

describe('MTC0 to Status', () => {
  const ENABLED = KERNEL | STATUS_IE | STATUS_IM;

  test('enabling interrupts lets one that waits in, behind the instruction', () => {
    const m = machine([asm('mtc0', { t: 4, d: 12 }), NOP]);
    m.set({ status: ENABLED & ~STATUS_IE, r4: ENABLED });
    m.engine.setInterrupt(0, true);
    m.run(2, KERNEL_CODE);
    expect([hex(m.get('epc')), code(m)]).toEqual([hex(KERNEL_CODE + 4), INT]);
  });

  test('with none that waits it only changes the register', () => {
    const m = machine([asm('mtc0', { t: 4, d: 12 }), NOP]);
    m.set({ status: KERNEL | STATUS_EXL | STATUS_USER, r4: ENABLED });
    m.run(2, KERNEL_CODE);
    expect([hex(m.get('status')), hex(m.get('pc'))]).toEqual([hex(ENABLED), hex(KERNEL_CODE + 8)]);
  });

  test('it can leave kernel mode', () => {
    const m = machine([asm('mtc0', { t: 4, d: 12 })]);
    m.set({ status: KERNEL, r4: STATUS_USER });
    m.run(1, KERNEL_CODE);
    expect(m.cpu.mode & MODE_USER).toBe(MODE_USER);
  });
});

describe('coprocessor 0', () => {
  test('bits that are not there do not take a write', () => {
    const m = machine([asm('mtc0', { t: 4, d: 12 }), asm('mtc0', { t: 4, d: 15 }), asm('mfc0', { t: 2, d: 15 })]);
    m.set({ status: KERNEL, r4: 0x03a7_00e8 });
    m.run(3, KERNEL_CODE);
    expect([m.get('status'), m.get('r2')]).toEqual([0, PRID]);
  });

  test('Count steps every second cycle, and can be set', () => {
    const m = machine([
      asm('mtc0', { t: 4, d: 9 }),
      NOP,
      NOP,
      asm('rdhwr', { t: 2, d: 2 }),
      asm('mfc0', { t: 3, d: 9 }),
    ]);
    m.set({ status: KERNEL, r4: 1000 });
    m.run(5, KERNEL_CODE);
    expect(m.get('r2')).toBeGreaterThan(1000);
    expect(m.get('r2')).toBeLessThan(1010);
    expect(m.get('r3')).toBeGreaterThan(m.get('r2'));
  });

  test('EntryHi switches to an address space the kernel issued; any other stops the CPU', () => {
    const m = machine([asm('mtc0', { t: 4, d: 10 }), asm('mtc0', { t: 5, d: 10 })]);
    const other = m.cpu.mmu.createSpace();
    m.set({ status: KERNEL, r4: other.id, r5: 200 });
    m.run(1, KERNEL_CODE);
    expect(m.cpu.mmu.current).toBe(other);
    m.run(1);
    expect(m.engine.shutdownReason).toMatch(/ASID 200/);
    expect(m.cpu.get(reg('spaceId'))).toBe(other.id);
  });
});
