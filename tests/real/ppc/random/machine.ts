import {
  ALIGNMENT,
  FLOATING,
  GENERAL,
  layout,
  MSR_DR,
  MSR_EE,
  MSR_FE0,
  MSR_FE1,
  MSR_FP,
  MSR_IR,
  MSR_ME,
  MSR_PR,
  PROGRAM,
  PROGRAM_FP,
  PROGRAM_TRAP,
  ppc,
  readCr,
  readFpscr,
  readXer,
  writeCr,
  writeFpscr,
  writeMsr,
  writeXer,
} from '@kml/arch-ppc/isa';
import type { TrapSeen } from '../../random/flat-machine.ts';
import type { Signal } from '../../random/layout.ts';
import { type StateField, slotFields, wordField } from '../../random/state.ts';

/** Words of the state (driver.c): where its parts begin. */
export const STATE = { ctr: 32, lr: 33, xer: 34, cr: 35, fpr: 36, fpscr: 100, words: 101 } as const;

const fields: readonly StateField[] = [
  ...slotFields(layout, [...GENERAL, 'ctr', 'lr']),
  wordField('xer', readXer, writeXer),
  wordField('cr', readCr, writeCr),
  ...slotFields(layout, FLOATING),
  wordField('fpscr', readFpscr, writeFpscr),
];

/** The signal Linux sends. */
function signalOf({ access, vector, error }: TrapSeen): { signal: Signal; address?: number } {
  if (access !== undefined) return { signal: 'segv' };
  if (vector === ALIGNMENT) return { signal: 'bus', address: error };
  if (vector !== PROGRAM) return { signal: 'none' };
  return { signal: error & PROGRAM_TRAP ? 'trap' : error & PROGRAM_FP ? 'fpe' : 'ill' };
}

/** What both suites of random tests say of the machine. */
export const machine = {
  isa: ppc,
  kernelBase: 0xc0000000,
  enterUser: (cpu: Parameters<typeof writeMsr>[0]) =>
    writeMsr(cpu, MSR_EE | MSR_PR | MSR_FP | MSR_ME | MSR_FE0 | MSR_FE1 | MSR_IR | MSR_DR),
  fields,
  // Primary opcode 0.
  stop: [0, 0, 0, 0],
  signalOf,
  oracles: [
    {
      name: 'QEMU',
      driver: new URL('driver.c', import.meta.url),
      compile: ['powerpc-linux-gnu-gcc', '-fno-pie', '-no-pie', '-fno-stack-protector'],
      run: ['qemu-ppc-static'],
    },
  ],
} as const;
