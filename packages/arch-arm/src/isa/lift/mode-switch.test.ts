import type { Cpu } from '@kml/core';
import { instructionRunner, Random, type RunInstruction } from '@kml/core/testing';
import { expect, test } from 'vitest';
import { arm } from '../backend.ts';
import { PSR_E, PSR_M, PSR_T, reg, SVC, SYS, USR } from '../state.ts';
import { writeCpsr } from '../system/psr.ts';

const KERNEL_BASE = 0xc000_0000;
const USER_CODE = 0x1000;
const KERNEL_CODE = KERNEL_BASE + 0x400;
/** CPSID I, #SVC; CPSIE AIF, #SYS; CPS #ABT; CPS #FIQ; CPS #3, which is no mode. */
const CHANGES = [0xf10e_0093, 0xf10a_01df, 0xf102_0017, 0xf102_0011, 0xf102_0003];
/** SVC #0; MOVS PC, LR. The vectors hold no-operations (ANDEQ R0, R0, R0). */
const WORDS = {
  [USER_CODE]: 0xef00_0000,
  [KERNEL_CODE]: 0xe1b0_f00e,
  ...Object.fromEntries(CHANGES.map((word, n) => [KERNEL_CODE + 4 * (n + 1), word])),
};
const [FIQ, IRQ, ABT] = [0x11, 0x12, 0x17];
const RANDOM = ['r0', 'r7', 'r13', 'r14', 'r13Usr', 'r14Usr', 'r13Svc', 'r14Svc', 'spsrSvc', 'exclusive'];
const OTHERS = ['r13Abt', 'r14Abt', 'r13Irq', 'r14Irq', 'r13Fiq', 'r14Fiq', 'r8', 'r8Usr', 'r8Fiq'];
const PROGRAMS = 400;

/** Of these flags the sign counts. */
const bySign = (state: Record<string, unknown>) => ({ ...state, nf: Number(state.nf) < 0, vf: Number(state.vf) < 0 });

/** In IR and by the routines of the host, from a state in which the CPSR has mode `mode`. */
function compare(pc: number, mode: number, programs = PROGRAMS): void {
  const [inline, routine] = [[], ['inlineTraps'] as const].map((without) =>
    instructionRunner({ isa: arm, words: WORDS, kernelBase: KERNEL_BASE | 0, without }),
  ) as [RunInstruction, RunInstruction];
  for (let seed = 0; seed < programs; seed++) {
    const prepare = (cpu: Cpu): void => {
      const random = new Random(seed);
      writeCpsr(cpu, (random.word() & ~(PSR_M | PSR_T | PSR_E)) | mode);
      for (const name of [...RANDOM, ...OTHERS]) cpu.set(reg(name), random.corner());
      const to = random.pick([USR, USR, USR, SYS, SVC, IRQ]);
      cpu.set(reg('spsrSvc'), (random.word() & ~(PSR_M | PSR_E)) | to);
      cpu.set(reg('vbar'), KERNEL_BASE | 0);
    };
    expect({ seed, ...bySign(inline(pc, prepare)) }).toEqual({ seed, ...bySign(routine(pc, prepare)) });
  }
}

test.each([USR, SYS])('SVC in mode 0x%x does in IR what the routine does', (mode) => compare(USER_CODE, mode));

test('MOVS PC, LR does in IR what the routine does', () => compare(KERNEL_CODE, SVC));

test.each([SYS, SVC, ABT, IRQ, FIQ])('CPS in mode 0x%x does in IR what the routine does', (mode) => {
  CHANGES.forEach((_, n) => {
    compare(KERNEL_CODE + 4 * (n + 1), mode, 40);
  });
});
