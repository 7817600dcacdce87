import type { Cpu } from '@kml/core';
import { readFpr, writeFpr } from '../fp/assist.ts';
import { withSummaries } from '../fp/fpscr.ts';
import { settleStatus } from '../fp/status.ts';
import { CR_FIELDS, FPCC_FPSCR, reg } from '../state.ts';
import { updateMode } from './mode.ts';

const CR = CR_FIELDS.map(reg);
const SO = reg('so');
const OV = reg('ov');
const CA = reg('ca');
const XER_COUNT = reg('xerCount');
const FPSCR = reg('fpscr');
const FP_OP = reg('fpOp');
const FPCC = reg('fpcc');

/** CR as one word. */
export function readCr(cpu: Cpu): number {
  let word = 0;
  for (const field of CR) word = (word << 4) | cpu.get(field);
  return word;
}

export function writeCr(cpu: Cpu, word: number): void {
  CR.forEach((field, number) => {
    cpu.set(field, (word >>> (28 - 4 * number)) & 15);
  });
}

/** XER as one word. */
export function readXer(cpu: Cpu): number {
  return (cpu.get(SO) << 31) | (cpu.get(OV) << 30) | (cpu.get(CA) << 29) | cpu.get(XER_COUNT);
}

export function writeXer(cpu: Cpu, word: number): void {
  cpu.set(SO, word >>> 31);
  cpu.set(OV, (word >>> 30) & 1);
  cpu.set(CA, (word >>> 29) & 1);
  cpu.set(XER_COUNT, word & 0x7f);
}

/** FPSCR as one word, what the last operation left included. */
export function readFpscr(cpu: Cpu): number {
  return settleStatus(cpu);
}

/** Loads FPSCR as a whole: a signal return, a task's first floating-point state. */
export function writeFpscr(cpu: Cpu, word: number): void {
  cpu.set(FPSCR, withSummaries(word));
  cpu.set(FP_OP, 0);
  cpu.set(FPCC, FPCC_FPSCR);
  updateMode(cpu);
}

const RESERVED = reg('reserved');

/** Forgets the reservation: a task switch, a trap return. */
export function clearReservation(cpu: Cpu): void {
  cpu.set(RESERVED, 0);
}

export { readFpr, writeFpr };
