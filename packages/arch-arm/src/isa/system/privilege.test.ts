import { beforeEach, describe, expect, test } from 'vitest';
import { FIQ, IRQ, MODE_FP_OFF, PSR_F, PSR_I, SVC, SYS, UND, USR } from '../state.ts';
import { CODE, DATA, TestMachine, VECTORS } from '../testing/machine.ts';

const MODE = 0x1f;
const KERNEL = VECTORS + 0x100;

let machine: TestMachine;
beforeEach(() => {
  machine = new TestMachine();
});

describe('USR', () => {
  test.each([
    ['ldm r0, {r1, sp, lr}^', 0xe8d0_6002],
    ['stm r0, {r1, sp, lr}^', 0xe8c0_6002],
    ['movs pc, lr', 0xe1b0_f00e],
    ['rfeia sp!', 0xf8bd_0a00],
    ['srsdb sp!, #0x13', 0xf96d_0513],
    ['mrs r0, spsr', 0xe14f_0000],
    ['write of TPIDRURO', 0xee0d_0f70],
    ['write of TTBR0', 0xee02_0f10],
    ['read of MIDR', 0xee10_0f10],
    ['read of the cycle counter', 0xee19_0f1d],
    ['a kernel call', 0xe7f0_00f7],
  ])('%s is undefined', (_name, word) => {
    machine.run([word]);
    expect(machine.psr & MODE).toBe(UND);
    expect(machine.cpu.pc >>> 0).toBe(VECTORS + 4);
  });

  test.each([
    ['cpsid i', 0xf10c_0080],
    ['cps #0x1f', 0xf102_001f],
    ['msr cpsr_c, r0', 0xe121_f000],
    ['a data memory barrier through CP15', 0xee07_0fba],
  ])('%s does nothing', (_name, word) => {
    machine.set('r0', 0xdf);
    machine.run([word]);
    expect(machine.psr).toBe(USR);
    expect(machine.cpu.pc).toBe(CODE + 4);
  });

  test('reads TPIDRURO, reads and writes TPIDRURW', () => {
    machine.set('tpidruro', 77);
    machine.run([0xee1d_0f70, 0xee0d_0f50]);
    expect([machine.get('r0'), machine.get('tpidrurw')]).toEqual([77, 77]);
  });

  test('reads the cycle counter where it is let', () => {
    machine.set('pmuserenr', 1);
    machine.set('r0', 0xffff_ffff);
    machine.run([0xee19_0f1d]);
    expect(machine.psr & MODE).toBe(USR);
    expect(machine.get('r0')).toBeLessThan(100);
  });
});

describe('privileged modes', () => {
  test('MSR and CPS change mode and masks, and with the mode the banked registers', () => {
    machine.psr = SVC;
    machine.set('r13', 0x5c);
    machine.set('r13Irq', 0x14);
    machine.set('r13Usr', 0x05);
    // cpsid if, #0x12
    machine.run([0xf10e_00d2], KERNEL);
    expect(machine.psr).toBe(IRQ | PSR_I | PSR_F);
    expect(machine.get('r13')).toBe(0x14);
    // cps #0x1f
    machine.run([0xf102_001f], KERNEL);
    expect(machine.psr & MODE).toBe(SYS);
    expect(machine.get('r13')).toBe(0x05);
    machine.set('r0', SVC);
    // msr cpsr_c, r0
    machine.run([0xe121_f000], KERNEL);
    expect(machine.psr).toBe(SVC);
    expect([machine.get('r13'), machine.get('r13Irq')]).toEqual([0x5c, 0x14]);
  });

  test('CPS of masks alone; one that lets a waiting interrupt in is followed by it', () => {
    machine.psr = SVC;
    // cpsid i; nop
    machine.run([0xf10c_0080, 0xe1a0_0000], KERNEL);
    expect(machine.psr).toBe(SVC | PSR_I);
    machine.engine.setInterrupt(0, true);
    // nop; cpsie i
    machine.run([0xe1a0_0000, 0xf108_0080], KERNEL);
    machine.engine.run(1);
    expect(machine.psr & MODE).toBe(IRQ);
    expect([machine.get('r14'), machine.get('spsrIrq')]).toEqual([KERNEL + 12, SVC]);
  });

  test('FIQ has r8 to r12 of its own', () => {
    machine.psr = SVC;
    for (let n = 8; n <= 12; n++) machine.set(`r${n}`, n);
    machine.psr = FIQ;
    for (let n = 8; n <= 12; n++) machine.set(`r${n}`, 100 + n);
    machine.psr = SVC;
    expect([8, 9, 10, 11, 12].map((n) => machine.get(`r${n}`))).toEqual([8, 9, 10, 11, 12]);
    machine.psr = FIQ;
    expect(machine.get('r10')).toBe(110);
  });

  test('a number that is no mode leaves the mode', () => {
    machine.psr = SVC;
    machine.set('r0', 0x15 | PSR_I);
    machine.run([0xe121_f000], KERNEL);
    expect(machine.psr).toBe(SVC | PSR_I);
  });

  test('LDM and STM of user registers', () => {
    machine.psr = SYS;
    machine.set('r13', 0x1111);
    machine.set('r14', 0x2222);
    machine.psr = SVC;
    machine.set('r0', DATA);
    machine.set('r1', 0x3333);
    machine.run([0xe8c0_6002], KERNEL);
    expect([0, 4, 8].map((at) => machine.word(DATA + at))).toEqual([0x3333, 0x1111, 0x2222]);
    machine.put(DATA + 4, 0x4444);
    machine.run([0xe8d0_6002], KERNEL);
    machine.psr = USR;
    expect([machine.get('r13'), machine.get('r14')]).toEqual([0x4444, 0x2222]);
  });

  test('LDRT and STRT have the rights of USR', () => {
    machine.psr = SVC;
    machine.set('r1', DATA);
    machine.put(DATA, 5);
    machine.run([0xe4b1_0004], KERNEL);
    expect([machine.get('r0'), machine.get('r1')]).toEqual([5, DATA + 4]);
    machine.set('r1', VECTORS);
    machine.run([0xe4a1_0004], KERNEL);
    expect([machine.get('dfsr'), machine.get('dfar'), machine.get('r1')]).toEqual([0x80f, VECTORS, VECTORS]);
  });

  test('kernel calls are made from kernel text alone', () => {
    machine.psr = SYS;
    machine.run([0xe7f0_00f7], KERNEL);
    expect(machine.kernelCalls).toEqual([7]);
    machine.run([0xe7f0_00f7]);
    expect(machine.kernelCalls).toEqual([7]);
    expect(machine.psr & MODE).toBe(UND);
  });

  test('TTBR0 takes a known address space; with anything else the CPU stops', () => {
    machine.psr = SVC;
    machine.set('r0', machine.get('ttbr0'));
    machine.run([0xee02_0f10], KERNEL);
    expect(machine.cpu.shutdownReason).toBeUndefined();
    machine.set('r0', 0x1234);
    machine.run([0xee02_0f10], KERNEL);
    expect(machine.cpu.shutdownReason).toMatch(/TTBR0 loaded with 0x1234/);
  });

  test('CPACR and FPEXC switch floating point', () => {
    machine.psr = SVC;
    expect(machine.cpu.mode & MODE_FP_OFF).not.toBe(0);
    machine.set('fpexc', 1 << 30);
    machine.set('r0', 0x00f0_0000);
    // mcr p15, 0, r0, c1, c0, 2
    machine.run([0xee01_0f50], KERNEL);
    expect(machine.cpu.mode & MODE_FP_OFF).toBe(0);
  });

  test('an exception closes the exclusive monitor', () => {
    machine.set('r1', DATA);
    machine.run([0xe191_0f9f, 0xef00_0000]);
    machine.psr = USR;
    machine.run([0xe181_2f90]);
    expect(machine.get('r2')).toBe(1);
  });
});
