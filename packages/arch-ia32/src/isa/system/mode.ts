import type { Cpu } from '@kml/core';
import {
  MODE_ALIGN_CHECK,
  MODE_CODE_SEGMENTED,
  MODE_CODE32,
  MODE_FP_EXACT,
  MODE_FS_CHECKED,
  MODE_GS_CHECKED,
  MODE_IO_DENIED,
  MODE_NO_FPU,
  MODE_SEGMENTED,
  MODE_STACK32,
  MODE_STEP,
  MODE_TSC_DENIED,
} from '../state.ts';
import { ATTR_BIG, ATTR_CODE, ATTR_EXPAND_DOWN, ATTR_PRESENT, ATTR_WRITABLE } from './descriptor.ts';
import { EFL, FLAG_AC, FLAG_TF, ioplOf } from './eflags.ts';
import {
  ATTR,
  BASE,
  CR0,
  CR0_AM,
  CR0_EM,
  CR0_TS,
  CR4,
  CR4_TSD,
  cplOf,
  LIMIT,
  SEG_CS,
  SEG_DS,
  SEG_ES,
  SEG_FS,
  SEG_GS,
  SEG_SS,
} from './registers.ts';

/**
 * Computes the mode word afresh. To be called after every change of CPL, of the caches of the segment
 * registers, of TF, AC or IOPL, of CR0 or CR4.
 */
export function updateMode(cpu: Cpu): void {
  const cpl = cplOf(cpu);
  const efl = cpu.get(EFL);
  const cr0 = cpu.get(CR0);
  let mode = cpl | (cpu.mode & MODE_FP_EXACT);
  if (cpu.get(ATTR[SEG_CS]!) & ATTR_BIG) mode |= MODE_CODE32;
  if (cpu.get(ATTR[SEG_SS]!) & ATTR_BIG) mode |= MODE_STACK32;
  if (!isFlatData(cpu, SEG_DS) || !isFlatData(cpu, SEG_ES) || !isFlatData(cpu, SEG_SS)) mode |= MODE_SEGMENTED;
  if (cpu.get(BASE[SEG_CS]!) !== 0 || cpu.get(LIMIT[SEG_CS]!) !== -1) mode |= MODE_CODE_SEGMENTED;
  if (!isWhole(cpu, SEG_FS)) mode |= MODE_FS_CHECKED;
  if (!isWhole(cpu, SEG_GS)) mode |= MODE_GS_CHECKED;
  if (efl & FLAG_TF) mode |= MODE_STEP;
  if (cr0 & (CR0_EM | CR0_TS)) mode |= MODE_NO_FPU;
  if (cpl > ioplOf(cpu)) mode |= MODE_IO_DENIED;
  if (cpu.get(CR4) & CR4_TSD) mode |= MODE_TSC_DENIED;
  if (cpl === 3 && efl & FLAG_AC && cr0 & CR0_AM) mode |= MODE_ALIGN_CHECK;
  cpu.mode = mode;
}

const DATA_TYPE = ATTR_PRESENT | ATTR_CODE | ATTR_EXPAND_DOWN | ATTR_WRITABLE;

/** Present writable expand-up data with base 0 and limit 4 GiB: accesses need no base and no check. */
function isFlatData(cpu: Cpu, segment: number): boolean {
  return cpu.get(BASE[segment]!) === 0 && isWhole(cpu, segment);
}

/** Present writable expand-up data with a limit of 4 GiB: accesses need no check. */
function isWhole(cpu: Cpu, segment: number): boolean {
  return cpu.get(LIMIT[segment]!) === -1 && (cpu.get(ATTR[segment]!) & DATA_TYPE) === (ATTR_PRESENT | ATTR_WRITABLE);
}
