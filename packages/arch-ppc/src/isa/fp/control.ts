/** The instructions that move to and from FPSCR; they all run as system routines, for they may change the mode. PEM, 4.2.2.6. */
import type { Cpu } from '@kml/core';
import { defineRoutine } from '../host-functions.ts';
import { CR_FIELDS, reg } from '../state.ts';
import { defineAssist, interruptIfEnabled, readFpr, storeFpscr } from './assist.ts';
import { FPSCR_FEX, FPSCR_FX, FPSCR_STICKY, FPSCR_VX, withSummaries } from './fpscr.ts';
import { MOVE_TO_FPSCR } from './operations.ts';
import { settleStatus } from './status.ts';

const CR = CR_FIELDS.map(reg);

/** Bits that cannot be written: the summaries, and the reserved bit 20. */
export const UNWRITABLE = FPSCR_FEX | FPSCR_VX | 0x800;

function finish(cpu: Cpu, value: number, record: number, next: number): void {
  const fpscr = withSummaries(value & ~UNWRITABLE);
  storeFpscr(cpu, fpscr);
  if (record) cpu.set(CR[1]!, fpscr >>> 28);
  if (fpscr & FPSCR_FEX) interruptIfEnabled(cpu);
  cpu.pc = next;
}

/** MCRFS (BF, BFA): copies a field and clears its exception bits. */
export const MOVE_FIELD_TO_CR = defineRoutine((cpu, to, from, _c, next) => {
  const fpscr = settleStatus(cpu);
  const shift = 28 - 4 * from;
  cpu.set(CR[to]!, (fpscr >>> shift) & 15);
  storeFpscr(cpu, withSummaries(fpscr & ~((15 << shift) & (FPSCR_STICKY | FPSCR_FX))));
  cpu.pc = next;
});

/** The bits of a field mask's fields. */
export function maskOf(fields: number): number {
  let mask = 0;
  for (let n = 0; n < 8; n++) if ((fields >>> n) & 1) mask |= 15 << (4 * n);
  return mask;
}

function moveToFpscr(cpu: Cpu, source: number, fields: number, record: number, next: number): void {
  const mask = maskOf(fields);
  const [, value] = readFpr(cpu, source);
  finish(cpu, (value & mask) | (settleStatus(cpu) & ~mask), record, next);
}

/** MTFSF (FRB, mask of fields, Rc). */
export const MOVE_TO_FPSCR_ROUTINE = defineRoutine(moveToFpscr);

/** MTFSF by an assist. */
defineAssist(MOVE_TO_FPSCR, (cpu, word, next) => {
  moveToFpscr(cpu, (word >>> 11) & 31, (word >>> 17) & 0xff, word & 1, next);
});

/** MTFSFI (BF, value, Rc). */
export const MOVE_IMMEDIATE_TO_FPSCR = defineRoutine((cpu, to, value, record, next) => {
  const shift = 28 - 4 * to;
  finish(cpu, (settleStatus(cpu) & ~(15 << shift)) | (value << shift), record, next);
});

/** MTFSB0, MTFSB1 (bit, value, Rc): setting an exception bit sets FX too. */
export const MOVE_BIT_TO_FPSCR = defineRoutine((cpu, number, value, record, next) => {
  const before = settleStatus(cpu);
  const bit = 0x80000000 >>> number;
  let fpscr = value ? before | bit : before & ~bit;
  if (value && bit & FPSCR_STICKY & ~before) fpscr |= FPSCR_FX;
  finish(cpu, fpscr, record, next);
});
