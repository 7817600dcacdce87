import type { Cpu } from '@kml/core';
import { MODE_IT, PSR_C, PSR_E, PSR_GE, PSR_M, PSR_MASKS, PSR_N, PSR_Q, PSR_V, PSR_Z } from '../state.ts';
import { bankOf } from './banks.ts';
import { MASKS, readCpsr, writeCpsr } from './psr.ts';
import { goOn } from './step.ts';

/** Bits that MSR and CPS may change at a privileged level: not the execution state, nor E. */
const WRITABLE = (PSR_N | PSR_Z | PSR_C | PSR_V | PSR_Q | PSR_GE | PSR_MASKS | PSR_M) & ~PSR_E;

/** MSR CPSR and CPS at a privileged level: the bits of `mask` from `value`. A number that is no mode leaves the mode. */
export function writePsrFields(cpu: Cpu, value: number, mask: number, _c: number, next: number): void {
  let writable = mask & WRITABLE;
  if (bankOf(value & PSR_M) === undefined) writable &= ~PSR_M;
  const it = cpu.mode & MODE_IT;
  const psr = (readCpsr(cpu) & ~writable) | (value & writable);
  writeCpsr(cpu, psr);
  cpu.mode = (cpu.mode & ~MODE_IT) | it;
  goOn(cpu, next);
}

/** CPSIE of these masks while an interrupt waits, which the engine is to take. */
export function unmask(cpu: Cpu, masks: number, next: number): void {
  cpu.set(MASKS, cpu.get(MASKS) & ~masks);
  cpu.leaveRequested = true;
  goOn(cpu, next);
}
