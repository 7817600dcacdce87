import { type Cpu, type GuestFault, wordOf } from '@kml/core';
import { assist } from '../fp/assist.ts';
import { FPSCR_FEX } from '../fp/fpscr.ts';
import { MSR_DR, MSR_FE0, MSR_FE1, MSR_IP, MSR_IR, MSR_ME, reg } from '../state.ts';
import {
  ALIGNMENT,
  ASSIST,
  DECREMENTER,
  DSI,
  DSISR_STORE,
  EXTERNAL,
  ISI,
  ISI_NO_EXECUTE,
  MSR_ASSIST,
  PROGRAM,
  PROGRAM_FP,
  PROGRAM_NEXT,
  STORAGE_ABSENT,
  STORAGE_PROTECTED,
  SYSTEM_CALL,
  TRACE,
  VECTOR_BASE,
  VECTOR_BASE_HIGH,
} from '../vectors.ts';
import { updateMode, writeMsr } from './mode.ts';

const MSR = reg('msr');
const SRR0 = reg('srr0');
const SRR1 = reg('srr1');
const DAR = reg('dar');
const DSISR = reg('dsisr');
const FPSCR = reg('fpscr');
const MSR_AT = wordOf(MSR);
const SRR0_AT = wordOf(SRR0);
const SRR1_AT = wordOf(SRR1);

/** MSR bits that SRR1 takes over: 16-23, 25-27, 30-31 (0-based from the left). PEM, table 6-3. */
export const SRR1_FROM_MSR = 0x0000ff73;
/** MSR bits that an interrupt leaves as they are. IR and DR are among them here, see VECTOR_BASE. */
export const MSR_KEPT = MSR_ME | MSR_IP | MSR_IR | MSR_DR;

/** Takes the interrupt: SRR0 and SRR1, MSR, vector. PEM, 6.3. */
function takeInterrupt(cpu: Cpu, vector: number, returnTo: number, cause: number): void {
  const { i32 } = cpu;
  const msr = i32[MSR_AT]!;
  i32[SRR0_AT] = returnTo;
  i32[SRR1_AT] = (msr & SRR1_FROM_MSR) | cause;
  i32[MSR_AT] = msr & MSR_KEPT;
  cpu.pc = (msr & MSR_IP ? VECTOR_BASE_HIGH : VECTOR_BASE) + vector;
  updateMode(cpu);
}

/** IsaBackend.deliverTrap: `error` is what the vector adds to SRR1, or of an alignment interrupt the address. */
export function deliverTrap(cpu: Cpu, vector: number, error: number, next: number): void {
  if (vector >= ASSIST) {
    assist(cpu, vector - ASSIST, next);
    return;
  }
  switch (vector) {
    case MSR_ASSIST:
      cpu.pc = next;
      writeMsr(cpu, error);
      cpu.leaveRequested = true;
      deliverPendingFloat(cpu);
      return;
    case ALIGNMENT:
      deliverAlignment(cpu, error);
      return;
    case SYSTEM_CALL:
      takeInterrupt(cpu, vector, next, 0);
      return;
    default:
      takeInterrupt(cpu, vector, cpu.pc, error);
  }
}

/** An alignment interrupt of the instruction at pc. PEM, 6.4.6. */
function deliverAlignment(cpu: Cpu, address: number): void {
  const word = cpu.virtual.read32(cpu.pc, true);
  cpu.set(DAR, address);
  cpu.set(DSISR, alignmentDsisr(word));
  takeInterrupt(cpu, ALIGNMENT, cpu.pc, 0);
}

/** DSISR of an alignment interrupt: what of the instruction tells it and its registers apart. PEM, table 6-9. */
function alignmentDsisr(word: number): number {
  const registers = (word >>> 16) & 0x3ff;
  const isIndexed = word >>> 26 === 31;
  if (!isIndexed) return (((word >>> 26) & 1) << 14) | (((word >>> 27) & 15) << 10) | registers;
  return (((word >>> 1) & 3) << 15) | (((word >>> 6) & 1) << 14) | (((word >>> 7) & 15) << 10) | registers;
}

/** The trace interrupt behind an instruction under MSR.SE; pc is where it goes on. PEM, 6.4.11. */
export function deliverTrace(cpu: Cpu): void {
  takeInterrupt(cpu, TRACE, cpu.pc, 0);
}

/**
 * After MSR was loaded: an enabled floating-point exception that was there already interrupts once
 * MSR[FE0] or [FE1] is set. SRR0 is the instruction that would be next. PEM, 3.3.6 and 6.4.7.
 */
export function deliverPendingFloat(cpu: Cpu): void {
  if (!(cpu.get(FPSCR) & FPSCR_FEX) || !(cpu.get(MSR) & (MSR_FE0 | MSR_FE1))) return;
  takeInterrupt(cpu, PROGRAM, cpu.pc, PROGRAM_FP | PROGRAM_NEXT);
}

/** IsaBackend.deliverFault: page faults become storage interrupts. PEM, 6.4.3 and 6.4.4. */
export function deliverFault(cpu: Cpu, fault: GuestFault): void {
  if (fault.access === undefined) {
    takeInterrupt(cpu, fault.vector, cpu.pc, fault.error);
    return;
  }
  if (fault.access === 'execute') {
    // SRR0 is the address that could not be fetched.
    takeInterrupt(cpu, ISI, fault.address & ~3, fault.present ? ISI_NO_EXECUTE : STORAGE_ABSENT);
    return;
  }
  cpu.set(DAR, fault.address);
  const cause = fault.present ? STORAGE_PROTECTED : STORAGE_ABSENT;
  cpu.set(DSISR, fault.access === 'write' ? cause | DSISR_STORE : cause);
  takeInterrupt(cpu, DSI, cpu.pc, 0);
}

/** IsaBackend.deliverInterrupt: the timer on line 0 is the decrementer, all others are external. */
export function deliverInterrupt(cpu: Cpu, line: number): void {
  takeInterrupt(cpu, line === 0 ? DECREMENTER : EXTERNAL, cpu.pc, 0);
}
