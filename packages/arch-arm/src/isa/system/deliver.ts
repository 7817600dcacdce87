/** Exception entry. ARM ARM DDI0406C B1.8 and B1.9. */
import { type Cpu, type GuestFault, wordOf } from '@kml/core';
import { advanceMode } from '../decode/it.ts';
import { ABT, IRQ, MODE_IT, MODE_M, NOT_RESERVED, PSR_A, PSR_F, PSR_I, reg, SVC, UND } from '../state.ts';
import {
  ALIGNMENT_FETCH,
  ALIGNMENT_READ,
  ALIGNMENT_WRITE,
  BREAKPOINT,
  DATA_ABORT,
  FAST_INTERRUPT,
  INTERRUPT,
  PREFETCH_ABORT,
  SUPERVISOR_CALL,
  UNDEFINED,
} from '../vectors.ts';
import { spsrSlot, switchBank } from './banks.ts';
import { MASKS, readCpsr } from './psr.ts';

const R14 = reg('r14');
const EXCLUSIVE = reg('exclusive');
const SCTLR = reg('sctlr');
const VBAR = reg('vbar');
const DFSR = reg('dfsr');
const DFAR = reg('dfar');
const IFSR = reg('ifsr');
const IFAR = reg('ifar');
const R14_AT = wordOf(R14);
const MASKS_AT = wordOf(MASKS);
const EXCLUSIVE_AT = wordOf(EXCLUSIVE);
const SCTLR_AT = wordOf(SCTLR);
const VBAR_AT = wordOf(VBAR);

/** SCTLR.V: vectors at 0xffff0000. SCTLR.TE: exceptions are taken in T32. */
export const SCTLR_V = 1 << 13;
export const SCTLR_TE = 1 << 30;
export const HIGH_VECTORS = 0xffff_0000;

/** Fault status, short descriptors. ARM ARM DDI0406C table B3-23. */
export const FSR_ALIGNMENT = 0x01;
export const FSR_DEBUG = 0x02;
export const FSR_TRANSLATION = 0x07;
export const FSR_PERMISSION = 0x0f;
/** DFSR.WnR. */
export const FSR_WRITE = 0x800;

/**
 * Enters mode `m` at a vector: LR and SPSR of that mode, masks, A32 or T32 by SCTLR.TE. `link` is
 * the return address that LR gets.
 */
function enter(cpu: Cpu, vector: number, m: number, link: number): void {
  const psr = readCpsr(cpu);
  switchBank(cpu, cpu.mode & MODE_M, m);
  cpu.mode = (cpu.mode & ~(MODE_M | MODE_IT)) | m;
  cpu.set(spsrSlot(m)!, psr);
  const { i32 } = cpu;
  i32[R14_AT] = link;
  let masks = i32[MASKS_AT]! | PSR_I;
  if (vector !== UNDEFINED && vector !== SUPERVISOR_CALL) masks |= PSR_A;
  if (vector === FAST_INTERRUPT) masks |= PSR_F;
  i32[MASKS_AT] = masks;
  i32[EXCLUSIVE_AT] = NOT_RESERVED;
  const sctlr = i32[SCTLR_AT]!;
  const base = sctlr & SCTLR_V ? HIGH_VECTORS : i32[VBAR_AT]!;
  cpu.pc = (base + vector) | (sctlr & SCTLR_TE ? 1 : 0) | 0;
}

/** Address of the instruction at pc, without T. */
const addressOf = (pc: number): number => pc & ~1;

/** IsaBackend.deliverTrap, for the architecture's traps. */
export function deliverTrap(cpu: Cpu, vector: number, error: number, next: number): void {
  const address = addressOf(cpu.pc);
  switch (vector) {
    case UNDEFINED:
      enter(cpu, UNDEFINED, UND, address + (cpu.pc & 1 ? 2 : 4));
      return;
    case SUPERVISOR_CALL:
      cpu.mode = advanceMode(cpu.mode);
      enter(cpu, SUPERVISOR_CALL, SVC, addressOf(next));
      return;
    case BREAKPOINT:
      prefetchAbort(cpu, FSR_DEBUG, address);
      return;
    case ALIGNMENT_FETCH:
      prefetchAbort(cpu, FSR_ALIGNMENT, address);
      return;
    case ALIGNMENT_READ:
      dataAbort(cpu, FSR_ALIGNMENT, error);
      return;
    case ALIGNMENT_WRITE:
      dataAbort(cpu, FSR_ALIGNMENT | FSR_WRITE, error);
      return;
    default:
      throw new RangeError(`no trap ${vector}`);
  }
}

function prefetchAbort(cpu: Cpu, status: number, address: number): void {
  cpu.set(IFSR, status);
  cpu.set(IFAR, address);
  enter(cpu, PREFETCH_ABORT, ABT, addressOf(cpu.pc) + 4);
}

function dataAbort(cpu: Cpu, status: number, address: number): void {
  cpu.set(DFSR, status);
  cpu.set(DFAR, address);
  enter(cpu, DATA_ABORT, ABT, addressOf(cpu.pc) + 8);
}

/** IsaBackend.deliverFault: pc is the faulting instruction. */
export function deliverFault(cpu: Cpu, fault: GuestFault): void {
  if (fault.access === undefined) {
    deliverTrap(cpu, fault.vector, fault.error, cpu.pc);
    return;
  }
  const status = fault.present ? FSR_PERMISSION : FSR_TRANSLATION;
  if (fault.access === 'execute') prefetchAbort(cpu, status, addressOf(fault.address));
  else dataAbort(cpu, fault.access === 'write' ? status | FSR_WRITE : status, fault.address);
}

/** IsaBackend.interruptsEnabled. */
export function interruptsEnabled(cpu: Cpu): boolean {
  return (cpu.get(MASKS) & PSR_I) === 0;
}

/** IsaBackend.deliverInterrupt. */
export function deliverInterrupt(cpu: Cpu, _line: number): void {
  enter(cpu, INTERRUPT, IRQ, addressOf(cpu.pc) + 4);
}
