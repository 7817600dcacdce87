/** The CPSR as one word, put together from the pieces of the state. ARM ARM DDI0406C B1.3.3. */
import { type Cpu, wordOf } from '@kml/core';
import {
  MODE_IT,
  MODE_IT_SHIFT,
  MODE_M,
  PSR_C,
  PSR_E,
  PSR_M,
  PSR_MASKS,
  PSR_N,
  PSR_Q,
  PSR_T,
  PSR_V,
  PSR_Z,
  reg,
} from '../state.ts';
import { bankOf, switchBank } from './banks.ts';

const NF = reg('nf');
const ZF = reg('zf');
const CF = reg('cf');
const VF = reg('vf');
const QF = reg('qf');
const GE = reg('ge');
export const MASKS = reg('masks');
const NF_AT = wordOf(NF);
const ZF_AT = wordOf(ZF);
const CF_AT = wordOf(CF);
const VF_AT = wordOf(VF);
const QF_AT = wordOf(QF);
const GE_AT = wordOf(GE);

/** PSR bits of ITSTATE. */
export function itToPsr(it: number): number {
  return ((it & 3) << 25) | ((it >> 2) << 10);
}

/** ITSTATE in a PSR. */
export function itOfPsr(psr: number): number {
  return ((psr >>> 25) & 3) | (((psr >>> 10) & 0x3f) << 2);
}

/** GE as its four PSR bits, at bit 0. */
function geBits(ge: number): number {
  return (ge & 1) | ((ge >>> 7) & 2) | ((ge >>> 14) & 4) | ((ge >>> 21) & 8);
}

/** The slot `ge` for four GE bits. */
export function geMask(bits: number): number {
  return (bits & 1 ? 0xff : 0) | (bits & 2 ? 0xff00 : 0) | (bits & 4 ? 0xff0000 : 0) | (bits & 8 ? 0xff000000 | 0 : 0);
}

/** N, Z, C, V, Q and GE in place. */
export function readApsr({ i32 }: Cpu): number {
  let psr = i32[NF_AT]! & PSR_N;
  if (i32[ZF_AT]! === 0) psr |= PSR_Z;
  if (i32[CF_AT]! !== 0) psr |= PSR_C;
  if (i32[VF_AT]! < 0) psr |= PSR_V;
  if (i32[QF_AT]! !== 0) psr |= PSR_Q;
  return psr | (geBits(i32[GE_AT]!) << 16);
}

/** Writes N, Z, C, V, Q and GE. */
export function writeApsr(cpu: Cpu, psr: number): void {
  cpu.set(NF, psr);
  cpu.set(ZF, psr & PSR_Z ? 0 : 1);
  cpu.set(CF, psr & PSR_C ? 1 : 0);
  cpu.set(VF, psr << 3);
  cpu.set(QF, psr & PSR_Q ? 1 : 0);
  cpu.set(GE, geMask((psr >>> 16) & 15));
}

/** The whole CPSR; T and ITSTATE are those of pc and the mode word. */
export function readCpsr(cpu: Cpu): number {
  const { mode } = cpu;
  const t = cpu.pc & 1 ? PSR_T : 0;
  return readApsr(cpu) | cpu.get(MASKS) | (mode & MODE_M) | itToPsr((mode & MODE_IT) >> MODE_IT_SHIFT) | t;
}

/**
 * Writes the whole CPSR but T, which goes with the write of pc that belongs to it: mode (with its
 * banked registers), masks, ITSTATE and flags. A number that is no mode leaves the mode as it is;
 * E stays clear, since there is no big-endian data.
 */
export function writeCpsr(cpu: Cpu, psr: number): void {
  const old = cpu.mode & MODE_M;
  const m = bankOf(psr & PSR_M) === undefined ? old : psr & PSR_M;
  writeApsr(cpu, psr);
  cpu.set(MASKS, psr & PSR_MASKS & ~PSR_E);
  switchBank(cpu, old, m);
  const it = psr & PSR_T ? itOfPsr(psr) : 0;
  cpu.mode = (cpu.mode & ~(MODE_M | MODE_IT)) | m | (it << MODE_IT_SHIFT);
}

/** A PSR and the address it goes with as the program counter of state.ts. */
export function pcOf(address: number, psr: number): number {
  return psr & PSR_T ? address | 1 : address & ~3;
}
