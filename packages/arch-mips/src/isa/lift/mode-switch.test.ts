import type { Cpu } from '@kml/core';
import { instructionRunner, Random, type RunInstruction } from '@kml/core/testing';
import { expect, test } from 'vitest';
import { mips, mipsel } from '../backend.ts';
import { reg } from '../state.ts';
import { updateMode } from '../system/mode.ts';
import { STATUS_BEV, STATUS_ERL, STATUS_EXL, STATUS_KSU, STATUS_USER } from '../system/status.ts';

const KERNEL_BASE = 0x8000_0000;
const USER_CODE = 0x1000;
const KERNEL_CODE = KERNEL_BASE + 0x400;
const WORDS = { [USER_CODE]: 0x0000_000c, [KERNEL_CODE]: 0x4200_0018 };
const RANDOM = ['cause', 'epc', 'errorEpc', 'llBit', 'hwrena', 'fcsr', 'delayTarget', 'r2', 'r29', 'r31'];
const PROGRAMS = 400;

/** SYSCALL from user mode, or ERET: in IR and by the routines of the host. */
function compare(isa: typeof mips, pc: number, status: (random: Random) => number): void {
  const [inline, routine] = [[], ['inlineTraps'] as const].map((without) =>
    instructionRunner({ isa, words: WORDS, kernelBase: KERNEL_BASE | 0, without }),
  ) as [RunInstruction, RunInstruction];
  for (let seed = 0; seed < PROGRAMS; seed++) {
    const prepare = (cpu: Cpu): void => {
      const random = new Random(seed);
      for (const name of RANDOM) cpu.set(reg(name), random.corner());
      cpu.set(reg('ebase'), KERNEL_BASE | 0);
      cpu.set(reg('status'), status(random));
      updateMode(cpu);
    };
    expect({ seed, ...inline(pc, prepare) }).toEqual({ seed, ...routine(pc, prepare) });
  }
}

for (const [name, isa] of [
  ['little-endian', mipsel],
  ['big-endian', mips],
] as const) {
  test(`SYSCALL does in IR what the routine does, ${name}`, () => {
    const kept = ~(STATUS_KSU | STATUS_EXL | STATUS_ERL | STATUS_BEV);
    compare(isa, USER_CODE, (random) => (random.word() & kept) | STATUS_USER);
  });

  test(`SYSCALL in the kernel's modes does in IR what the routine does, ${name}`, () => {
    const kept = ~(STATUS_KSU | STATUS_EXL | STATUS_ERL | STATUS_BEV);
    const levels = [0, 0, STATUS_EXL, STATUS_ERL, STATUS_EXL | STATUS_USER, STATUS_EXL | STATUS_ERL];
    compare(isa, USER_CODE, (random) => (random.word() & kept) | random.pick(levels));
  });

  test(`ERET does in IR what the routine does, ${name}`, () => {
    compare(isa, KERNEL_CODE, (random) => (random.word() & ~STATUS_BEV) | random.pick([STATUS_EXL, STATUS_ERL]));
  });
}
