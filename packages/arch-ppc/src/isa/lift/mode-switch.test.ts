import type { Cpu } from '@kml/core';
import { instructionRunner, Random, type RunInstruction } from '@kml/core/testing';
import { expect, test } from 'vitest';
import { ppc } from '../backend.ts';
import { MSR_DR, MSR_IP, MSR_IR, MSR_LE, MSR_PR, MSR_SE, reg } from '../state.ts';
import { updateMode } from '../system/mode.ts';

const KERNEL_BASE = 0xc000_0000;
const USER_CODE = 0x1000;
const KERNEL_CODE = KERNEL_BASE + 0x400;
const NOP = 0x6000_0000;
const WORDS = { [USER_CODE]: 0x4400_0002, [KERNEL_CODE]: 0x4c00_0064, [KERNEL_BASE + 0xc00]: NOP };
const RANDOM = ['srr0', 'srr1', 'fpscr', 'lr', 'r0', 'r1'];
const PROGRAMS = 400;
const TRANSLATED = MSR_IR | MSR_DR;

/** SC, or RFI: in IR and by the routines of the host. */
function compare(pc: number, privilege: number): void {
  const [inline, routine] = [[], ['inlineTraps'] as const].map((without) =>
    instructionRunner({ isa: ppc, words: WORDS, kernelBase: KERNEL_BASE | 0, without }),
  ) as [RunInstruction, RunInstruction];
  for (let seed = 0; seed < PROGRAMS; seed++) {
    const prepare = (cpu: Cpu): void => {
      const random = new Random(seed);
      for (const name of RANDOM) cpu.set(reg(name), random.corner());
      const msr = random.word() & 0xffff & ~(MSR_PR | MSR_IP | MSR_LE | MSR_SE);
      cpu.set(reg('msr'), msr | TRANSLATED | privilege);
      cpu.set(reg('srr1'), random.oneIn(8) ? random.word() : (random.word() & ~(MSR_LE | MSR_IP)) | TRANSLATED);
      updateMode(cpu);
    };
    expect({ seed, ...inline(pc, prepare) }).toEqual({ seed, ...routine(pc, prepare) });
  }
}

test('SC does in IR what the routine does', () => compare(USER_CODE, MSR_PR));

test('SC at kernel privilege does in IR what the routine does', () => compare(USER_CODE, 0));

test('RFI does in IR what the routine does', () => compare(KERNEL_CODE, 0));
