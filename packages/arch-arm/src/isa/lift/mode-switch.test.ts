import type { Cpu } from '@kml/core';
import { instructionRunner, Random, type RunInstruction } from '@kml/core/testing';
import { expect, test } from 'vitest';
import { arm } from '../backend.ts';
import { PSR_E, PSR_M, PSR_T, reg, SVC, SYS, USR } from '../state.ts';
import { writeCpsr } from '../system/psr.ts';

const KERNEL_BASE = 0xc000_0000;
const USER_CODE = 0x1000;
const KERNEL_CODE = KERNEL_BASE + 0x400;
/** SVC #0; MOVS PC, LR. The vectors hold no-operations (ANDEQ R0, R0, R0). */
const WORDS = { [USER_CODE]: 0xef00_0000, [KERNEL_CODE]: 0xe1b0_f00e };
const IRQ = 0x12;
const RANDOM = ['r0', 'r7', 'r13', 'r14', 'r13Usr', 'r14Usr', 'r13Svc', 'r14Svc', 'spsrSvc', 'exclusive'];
const PROGRAMS = 400;

/** In IR and by the routines of the host, from a state in which the CPSR has mode `mode`. */
function compare(pc: number, mode: number): void {
  const [inline, routine] = [[], ['inlineTraps'] as const].map((without) =>
    instructionRunner({ isa: arm, words: WORDS, kernelBase: KERNEL_BASE | 0, without }),
  ) as [RunInstruction, RunInstruction];
  for (let seed = 0; seed < PROGRAMS; seed++) {
    const prepare = (cpu: Cpu): void => {
      const random = new Random(seed);
      writeCpsr(cpu, (random.word() & ~(PSR_M | PSR_T | PSR_E)) | mode);
      for (const name of RANDOM) cpu.set(reg(name), random.corner());
      const to = random.pick([USR, USR, USR, SYS, SVC, IRQ]);
      cpu.set(reg('spsrSvc'), (random.word() & ~(PSR_M | PSR_E)) | to);
      cpu.set(reg('vbar'), KERNEL_BASE | 0);
    };
    expect({ seed, ...inline(pc, prepare) }).toEqual({ seed, ...routine(pc, prepare) });
  }
}

test('SVC does in IR what the routine does', () => compare(USER_CODE, USR));

test('MOVS PC, LR does in IR what the routine does', () => compare(KERNEL_CODE, SVC));
