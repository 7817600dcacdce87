import { type Cpu, wordOf } from '@kml/core';
import {
  MODE_ALIGN_CHECK,
  MODE_CODE_SEGMENTED,
  MODE_CODE32,
  MODE_FP_ASKED,
  MODE_FP_EXACT,
  MODE_FS_CHECKED,
  MODE_GS_CHECKED,
  MODE_IO_DENIED,
  MODE_NO_FPU,
  MODE_SEGMENTED,
  MODE_STACK32,
  MODE_STEP,
  MODE_TSC_DENIED,
  MODE_X87_EXACT,
} from '../state.ts';
import { ATTR_BIG, ATTR_CODE, ATTR_EXPAND_DOWN, ATTR_PRESENT, ATTR_WRITABLE } from './descriptor.ts';
import { EFL, FLAG_AC, FLAG_TF } from './eflags.ts';
import { CR0, CR0_AM, CR0_EM, CR0_TS, CR4, CR4_TSD } from './registers.ts';
import { CS, DS, ES, FS, GS, SS } from './segment-words.ts';

const EFL_AT = wordOf(EFL);
const CR0_AT = wordOf(CR0);
const CR4_AT = wordOf(CR4);

const DATA_TYPE = ATTR_PRESENT | ATTR_CODE | ATTR_EXPAND_DOWN | ATTR_WRITABLE;
const WHOLE_TYPE = ATTR_PRESENT | ATTR_WRITABLE;

/**
 * Computes the mode word afresh. To be called after every change of CPL, of the caches of the segment
 * registers, of TF, AC or IOPL, of CR0 or CR4.
 *
 * A data segment is whole if it is present, writable, expands up and has a limit of 4 GiB: accesses
 * need no check. It is flat if its base is 0 as well: they need none added.
 */
export function updateMode(cpu: Cpu): void {
  const w = cpu.i32;
  const cpl = w[CS.selector]! & 3;
  const efl = w[EFL_AT]!;
  const cr0 = w[CR0_AT]!;
  const ss = w[SS.attr]!;
  let mode = cpl | (cpu.mode & (MODE_FP_EXACT | MODE_FP_ASKED | MODE_X87_EXACT));
  if (w[CS.attr]! & ATTR_BIG) mode |= MODE_CODE32;
  if (ss & ATTR_BIG) mode |= MODE_STACK32;
  const bases = w[DS.base]! | w[ES.base]! | w[SS.base]!;
  const limits = w[DS.limit]! & w[ES.limit]! & w[SS.limit]!;
  const types = (w[DS.attr]! ^ WHOLE_TYPE) | (w[ES.attr]! ^ WHOLE_TYPE) | (ss ^ WHOLE_TYPE);
  if (bases !== 0 || limits !== -1 || (types & DATA_TYPE) !== 0) mode |= MODE_SEGMENTED;
  if (w[CS.base]! !== 0 || w[CS.limit]! !== -1) mode |= MODE_CODE_SEGMENTED;
  if (w[FS.limit]! !== -1 || ((w[FS.attr]! ^ WHOLE_TYPE) & DATA_TYPE) !== 0) mode |= MODE_FS_CHECKED;
  if (w[GS.limit]! !== -1 || ((w[GS.attr]! ^ WHOLE_TYPE) & DATA_TYPE) !== 0) mode |= MODE_GS_CHECKED;
  if (efl & FLAG_TF) mode |= MODE_STEP;
  if (cr0 & (CR0_EM | CR0_TS)) mode |= MODE_NO_FPU;
  if (cpl > ((efl >> 12) & 3)) mode |= MODE_IO_DENIED;
  if (w[CR4_AT]! & CR4_TSD) mode |= MODE_TSC_DENIED;
  if (cpl === 3 && efl & FLAG_AC && cr0 & CR0_AM) mode |= MODE_ALIGN_CHECK;
  cpu.mode = mode;
}
