import type { Cpu } from '@kml/core';
import { defineRoutine } from '../host-functions.ts';
import { CR_FIELDS, FLOATING, fpr, GENERAL, MODE_USER, MSR_FE0, MSR_FE1, reg } from '../state.ts';
import { updateMode } from '../system/mode.ts';
import { PROGRAM, PROGRAM_FP } from '../vectors.ts';
import { classOf, evaluate, outcome } from './evaluate.ts';
import {
  FPSCR_ALL_VX,
  FPSCR_ENABLES,
  FPSCR_FI,
  FPSCR_FR,
  FPSCR_FX,
  FPSCR_STICKY,
  FPSCR_VE,
  FPSCR_VXSNAN,
  FPSCR_VXVC,
  FPSCR_ZE,
  FPSCR_ZX,
  withSummaries,
} from './fpscr.ts';
import { FCMPO, FCMPU, LOAD_SINGLE, STORE_SINGLE, setsClass } from './operations.ts';
import { highWord, lowWord, readOperands, settleStatus, withClass, withCompare, withRounding } from './status.ts';

const R = GENERAL.map(reg);
const F = FLOATING.map(fpr);
const CR = CR_FIELDS.map(reg);
const FPSCR = reg('fpscr');
const MSR = reg('msr');

const field = (word: number, shift: number): number => (word >>> shift) & 31;

/** Does an instruction (its word) on the state in memory; sets pc to `next` or raises a fault. */
type Assist = (cpu: Cpu, word: number, next: number, operation: number) => void;

const assists: Assist[] = [];

/** Says what the assist of an operation other than arithmetic does. */
export function defineAssist(operation: number, does: Assist): void {
  assists[operation] = does;
}

/**
 * Does the floating-point instruction at pc, whose common case is inline, on the state in memory, and
 * goes on behind it. Raises the program interrupt where an exception is enabled.
 */
export function assist(cpu: Cpu, operation: number, next: number): void {
  const word = cpu.virtual.read32(cpu.pc, true);
  (assists[operation] ?? arithmetic)(cpu, word, next, operation);
}

/** The system routine for instructions that are never inline (operation). */
export const FLOAT_ROUTINE = defineRoutine((cpu, operation, _b, _c, next) => assist(cpu, operation, next));

function arithmetic(cpu: Cpu, word: number, next: number, operation: number): void {
  const before = settleStatus(cpu);
  evaluate(operation, readOperands(cpu, F[field(word, 16)]!, F[field(word, 11)]!, F[field(word, 6)]!), before);
  const { raised } = outcome;
  const isForbidden = ((raised & FPSCR_ALL_VX) !== 0 && before & FPSCR_VE) || (raised & FPSCR_ZX && before & FPSCR_ZE);
  let fpscr = before | raised;
  if (isForbidden) fpscr &= ~(FPSCR_FR | FPSCR_FI);
  else {
    fpscr = withRounding(fpscr);
    if (setsClass(operation)) fpscr = withClass(fpscr, classOf(outcome.high, outcome.low));
    writeFpr(cpu, field(word, 21), outcome.high, outcome.low);
  }
  commit(cpu, before, fpscr, raised, word);
  cpu.pc = next;
}

/** Writes FPSCR after an instruction that raised these exceptions; CR1 with Rc; the interrupt for those enabled. PEM, 3.3.6. */
function commit(cpu: Cpu, before: number, value: number, raised: number, word: number): void {
  const fpscr = withSummaries(raised & ~before & FPSCR_STICKY ? value | FPSCR_FX : value);
  storeFpscr(cpu, fpscr);
  if (enabledOf(raised, fpscr) !== 0) interruptIfEnabled(cpu);
  if (word & 1) cpu.set(CR[1]!, fpscr >>> 28);
}

/** Those of the exceptions that are enabled, as enable bits. */
function enabledOf(raised: number, fpscr: number): number {
  const invalid = raised & FPSCR_ALL_VX ? FPSCR_VE : 0;
  return (invalid | ((raised >>> 22) & FPSCR_ENABLES & ~FPSCR_VE)) & fpscr;
}

/** Writes FPSCR; translated code leaves where the mode changed. */
export function storeFpscr(cpu: Cpu, fpscr: number): void {
  const mode = cpu.mode;
  cpu.set(FPSCR, fpscr);
  updateMode(cpu);
  if (cpu.mode !== mode) cpu.leaveRequested = true;
}

/** The floating-point enabled program interrupt, of the instruction at pc, if MSR wants any. PEM, 6.4.7.1. */
export function interruptIfEnabled(cpu: Cpu): void {
  if (cpu.get(MSR) & (MSR_FE0 | MSR_FE1)) cpu.fault(PROGRAM, PROGRAM_FP);
}

/** FCMPU and FCMPO. */
function compare(cpu: Cpu, word: number, next: number, operation: number): void {
  const isOrdered = operation === FCMPO;
  const before = settleStatus(cpu);
  const [a, b] = [F[field(word, 16)]!, F[field(word, 11)]!];
  const x = cpu.f64[(cpu.base + a.offset) >> 3]!;
  const y = cpu.f64[(cpu.base + b.offset) >> 3]!;
  const order = x < y ? 8 : x > y ? 4 : x === y ? 2 : 1;
  let raised = 0;
  if (order === 1) {
    if (isSignaling(cpu, a) || isSignaling(cpu, b)) raised |= FPSCR_VXSNAN;
    if (isOrdered && (raised === 0 || !(before & FPSCR_VE))) raised |= FPSCR_VXVC;
  }
  cpu.set(CR[(word >>> 23) & 7]!, order);
  commit(cpu, before, withCompare(before | raised, order), raised, 0);
  cpu.pc = next;
}

defineAssist(FCMPU, compare);
defineAssist(FCMPO, compare);

function isSignaling(cpu: Cpu, slot: (typeof F)[number]): boolean {
  const high = highWord(cpu, slot);
  return (high & 0x7ff80000) === 0x7ff00000 && ((high & 0x7ffff) | lowWord(cpu, slot)) !== 0;
}

/** Effective address of the forms of LFS and STFS, and writes it back where they update. */
function addressOf(cpu: Cpu, word: number): number {
  const base = field(word, 16) === 0 ? 0 : cpu.get(R[field(word, 16)]!);
  const isIndexed = word >>> 26 === 31;
  return (base + (isIndexed ? cpu.get(R[field(word, 11)]!) : (word << 16) >> 16)) | 0;
}

function update(cpu: Cpu, word: number, address: number): void {
  const isIndexed = word >>> 26 === 31;
  const updates = isIndexed ? (word >>> 6) & 1 : (word >>> 26) & 1;
  if (updates) cpu.set(R[field(word, 16)]!, address);
}

/** LFS: a NaN keeps its payload and whether it signals. PEM, 4.2.3.5.1 and appendix D.6. */
defineAssist(LOAD_SINGLE, (cpu, word, next) => {
  const address = addressOf(cpu, word);
  const bits = cpu.virtual.read32(address, (cpu.mode & MODE_USER) === 0);
  const high = (bits & 0x80000000) | 0x7ff00000 | ((bits >>> 3) & 0xfffff);
  writeFpr(cpu, field(word, 21), high, bits << 29);
  update(cpu, word, address);
  cpu.pc = next;
});

/** STFS of what is no single: its bits are cut, as a denormal where its exponent is one's; 0 where it is less still, which the manual leaves undefined. PEM, appendix D.7. */
defineAssist(STORE_SINGLE, (cpu, word, next) => {
  const address = addressOf(cpu, word);
  const slot = F[field(word, 21)]!;
  cpu.virtual.write32(address, singleOf(highWord(cpu, slot), lowWord(cpu, slot)), (cpu.mode & MODE_USER) === 0);
  update(cpu, word, address);
  cpu.pc = next;
});

/** The word that STFS stores for any double. */
export function singleOf(high: number, low: number): number {
  const exponent = (high >>> 20) & 0x7ff;
  if (exponent > 896) return (high & 0xc0000000) | (((high << 3) | (low >>> 29)) & 0x3fffffff);
  const sign = high & 0x80000000;
  if (exponent < 874) return sign;
  const fraction = 0x80000000 | ((high & 0xfffff) << 11) | (low >>> 21);
  return sign | (fraction >>> (905 - exponent));
}

/** A floating-point register's words. */
export function readFpr(cpu: Cpu, number: number): [high: number, low: number] {
  return [highWord(cpu, F[number]!), lowWord(cpu, F[number]!)];
}
export function writeFpr(cpu: Cpu, number: number, high: number, low: number): void {
  const index = (cpu.base + F[number]!.offset) >> 2;
  cpu.i32[index] = low;
  cpu.i32[index + 1] = high;
}
