import type { Cpu } from '@kml/core';
import { FCC, reg } from '../state.ts';
import { goTo } from '../system/deliver.ts';
import { updateMode } from '../system/mode.ts';
import { FPE } from '../vectors.ts';
import { decodeFp, type FpInstruction } from './decode.ts';
import { CAUSE_SHIFT, ENABLES_SHIFT, FCSR_CAUSE, FCSR_ENABLES, FLAGS_SHIFT } from './fcsr-bits.ts';
import { exceptionsOf, operand, result, unitFor } from './operations.ts';
import { highWord, lowWord, writeFloat } from './registers.ts';

const FCSR = reg('fcsr');
const LAST = reg('fpLast');
const DELAY_TARGET = reg('delayTarget');

/**
 * Does the whole floating point instruction `word` at pc, exactly, and goes on behind it. Raises the
 * floating point exception where an enabled one came up; the registers are then as they were but for
 * FCSR's Cause field. MIPS32 vol. I-A, 6.6.
 */
export function fpAssist(cpu: Cpu, word: number, next: number): void {
  const instruction = decodeFp(word);
  readOperands(cpu, instruction);
  const fcsr = cpu.get(FCSR);
  const unit = unitFor(fcsr);
  instruction.operation.compute(unit);
  noteExceptions(cpu, fcsr, exceptionsOf(unit));
  writeResult(cpu, instruction);
  if (cpu.pc & 1) goTo(cpu, cpu.get(DELAY_TARGET));
  else cpu.pc = next;
}

function readOperands(cpu: Cpu, { operation, sources }: FpInstruction): void {
  const { from, operands } = operation;
  operand.aHigh = highWord(cpu, sources[0]!, from);
  operand.aLow = lowWord(cpu, sources[0]!, from);
  if (operands > 1) {
    operand.bHigh = highWord(cpu, sources[1]!, from);
    operand.bLow = lowWord(cpu, sources[1]!, from);
  }
  if (operands > 2) {
    operand.cHigh = highWord(cpu, sources[2]!, from);
    operand.cLow = lowWord(cpu, sources[2]!, from);
  }
}

/** Cause, and either the trap or Flags. */
function noteExceptions(cpu: Cpu, fcsr: number, exceptions: number): void {
  const noted = (fcsr & ~FCSR_CAUSE) | (exceptions << CAUSE_SHIFT);
  cpu.set(LAST, 0);
  if (((fcsr & FCSR_ENABLES) >>> ENABLES_SHIFT) & exceptions) {
    cpu.set(FCSR, noted);
    cpu.fault(FPE, 0);
  }
  cpu.set(FCSR, noted | (exceptions << FLAGS_SHIFT));
  const { mode } = cpu;
  updateMode(cpu);
  if (cpu.mode !== mode) cpu.leaveRequested = true;
}

function writeResult(cpu: Cpu, { operation, destination, condition }: FpInstruction): void {
  if (condition === undefined) writeFloat(cpu, destination, operation.to, result.high, result.low);
  else cpu.set(FCC[destination]!, result.low & condition ? 1 : 0);
}
