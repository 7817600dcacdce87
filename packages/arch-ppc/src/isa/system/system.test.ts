import { Cpu, type GuestFault, GuestMemory, Mmu, STATE_BASE } from '@kml/core';
import { describe, expect, test } from 'vitest';
import { ppc } from '../backend.ts';
import * as s from '../state.ts';
import * as v from '../vectors.ts';
import { returnFromInterrupt } from './control.ts';
import { writeMsr } from './mode.ts';
import { readCr, readFpscr, readXer, writeCr, writeFpscr, writeXer } from './registers.ts';
import { ROUTINE } from './routines.ts';

const USER = s.MSR_EE | s.MSR_PR | s.MSR_FP | s.MSR_ME | s.MSR_IR | s.MSR_DR;
const PC = 0x10000;

function cpu(msr = USER): Cpu {
  const memory = new GuestMemory(16, 'big');
  const mmu = new Mmu(memory, 0xc0000000);
  const made = new Cpu(memory, mmu, s.layout, STATE_BASE);
  mmu.activate(mmu.createSpace());
  ppc.reset(made);
  writeMsr(made, msr);
  made.pc = PC;
  return made;
}

function state(of: Cpu): Record<string, number> {
  const names = ['srr0', 'srr1', 'msr', 'dar', 'dsisr', 'pc'];
  return Object.fromEntries(names.map((name) => [name, of.get(s.reg(name)) >>> 0]));
}

const fault = (about: Partial<GuestFault>): GuestFault => {
  return { access: undefined, address: 0, present: false, implied: false, vector: 0, error: 0, ...about };
};

describe('interrupts', () => {
  test('SC returns behind itself, and leaves ME, IR and DR alone on', () => {
    const c = cpu();
    ppc.deliverTrap(c, v.SYSTEM_CALL, 0, PC + 4);
    expect(state(c)).toMatchObject({ srr0: PC + 4, srr1: USER, msr: s.MSR_ME | s.MSR_IR | s.MSR_DR, pc: 0xc0000c00 });
    expect(ppc.isSupervisor(c.mode)).toBe(true);
    expect(ppc.interruptsEnabled(c)).toBe(false);
  });

  test('a program interrupt says why in SRR1', () => {
    const c = cpu();
    ppc.deliverTrap(c, v.PROGRAM, v.PROGRAM_ILLEGAL, PC + 4);
    expect(state(c)).toMatchObject({ srr0: PC, srr1: USER | v.PROGRAM_ILLEGAL, pc: 0xc0000700 });
  });

  test.each([
    ['read', false, 0x40000000],
    ['read', true, 0x08000000],
    ['write', false, 0x42000000],
    ['write', true, 0x0a000000],
  ] as const)('a %s fault (present: %s) is a data storage interrupt', (access, present, dsisr) => {
    const c = cpu();
    ppc.deliverFault(c, fault({ access, present, address: 0x1234 }));
    expect(state(c)).toMatchObject({ srr0: PC, srr1: USER, dar: 0x1234, dsisr, pc: 0xc0000300 });
  });

  test('a fetch that faults is an instruction storage interrupt at its address', () => {
    const c = cpu();
    ppc.deliverFault(c, fault({ access: 'execute', address: 0x2000 }));
    expect(state(c)).toMatchObject({ srr0: 0x2000, srr1: USER | v.STORAGE_ABSENT, pc: 0xc0000400 });
    const other = cpu();
    ppc.deliverFault(other, fault({ access: 'execute', address: 0x2000, present: true }));
    expect(state(other).srr1).toBe(USER | v.ISI_NO_EXECUTE);
  });

  test('line 0 is the decrementer, the others are external', () => {
    const c = cpu();
    ppc.deliverInterrupt(c, 0);
    expect(state(c)).toMatchObject({ srr0: PC, pc: 0xc0000900 });
    const other = cpu();
    ppc.deliverInterrupt(other, 3);
    expect(state(other).pc).toBe(0xc0000500);
  });

  test('RFI undoes it', () => {
    const c = cpu();
    ppc.deliverInterrupt(c, 0);
    c.set(s.reg('srr0'), PC + 0x103);
    returnFromInterrupt(c);
    expect(state(c)).toMatchObject({ pc: PC + 0x100, msr: USER });
    expect(ppc.isSupervisor(c.mode)).toBe(false);
  });

  test('the trace interrupt follows where the instruction led', () => {
    const c = cpu(USER | s.MSR_SE);
    ppc.systemRoutines[ROUTINE.stepTo]!(c, PC + 0x40, 0, 0, PC + 4);
    expect(state(c)).toMatchObject({ srr0: PC + 0x40, pc: 0xc0000d00 });
    expect(c.mode & s.MODE_STEP).toBe(0);
  });
});

describe('MSR', () => {
  test('with translation off the CPU stops', () => {
    const c = cpu();
    writeMsr(c, s.MSR_ME);
    expect(c.shutdownReason).toMatch(/translation off/);
  });

  test('an enabled floating-point exception interrupts once FE0 or FE1 is set', () => {
    const c = cpu(s.MSR_ME | s.MSR_IR | s.MSR_DR);
    // VXSNAN with VE.
    writeFpscr(c, 0x01000080);
    expect(readFpscr(c) >>> 0).toBe(0x61000080);
    ppc.deliverTrap(c, v.MSR_ASSIST, USER | s.MSR_FE0, PC + 4);
    expect(state(c)).toMatchObject({ srr0: PC + 4, pc: 0xc0000700 });
    expect(state(c).srr1! & (v.PROGRAM_FP | v.PROGRAM_NEXT)).toBe(v.PROGRAM_FP | v.PROGRAM_NEXT);
  });

  test('SDR1 takes ids that the kernel issued, and no others', () => {
    const c = cpu(s.MSR_ME | s.MSR_IR | s.MSR_DR);
    const space = c.mmu.createSpace();
    ppc.systemRoutines[ROUTINE.loadAddressSpace]!(c, space.id, 0, 0, PC + 4);
    expect(c.mmu.current).toBe(space);
    expect(c.shutdownReason).toBeUndefined();
    ppc.systemRoutines[ROUTINE.loadAddressSpace]!(c, 0x7777, 0, 0, PC + 8);
    expect(c.shutdownReason).toMatch(/SDR1/);
  });
});

test('the mode word follows FPSCR', () => {
  const c = cpu();
  expect(c.mode).toBe(s.MODE_USER | s.MODE_FP_EXACT);
  writeFpscr(c, 0x02000000);
  expect(c.mode).toBe(s.MODE_USER);
  writeFpscr(c, 0x02000003);
  expect(c.mode).toBe(s.MODE_USER | (3 << s.MODE_RN_SHIFT));
  writeFpscr(c, 0x02000010);
  expect(c.mode).toBe(s.MODE_USER | s.MODE_FP_SLOW);
});

test('CR and XER as words', () => {
  const c = cpu();
  writeCr(c, 0x12345678);
  expect(readCr(c) >>> 0).toBe(0x12345678);
  expect(c.get(s.reg('cr2'))).toBe(3);
  writeXer(c, 0xe000007f);
  expect(readXer(c) >>> 0).toBe(0xe000007f);
  expect(c.get(s.reg('so'))).toBe(1);
});
