import { type Cpu, type Slot, STATE_BASE } from '@kml/core';
import {
  MODE_ALIGN_CHECK,
  MODE_CODE_SEGMENTED,
  MODE_CODE32,
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
import { EFL, FLAG_AC, FLAG_TF } from './eflags.ts';
import {
  ATTR,
  BASE,
  CR0,
  CR0_AM,
  CR0_EM,
  CR0_TS,
  CR4,
  CR4_TSD,
  LIMIT,
  SEG_CS,
  SEG_DS,
  SEG_ES,
  SEG_FS,
  SEG_GS,
  SEG_SS,
  SELECTOR,
} from './registers.ts';

/** Places of the registers among the words of memory: this is done several times a system call. */
const at = (slot: Slot): number => (STATE_BASE + slot.offset) >> 2;
const CS_AT = at(SELECTOR[SEG_CS]!);
const CS_BASE_AT = at(BASE[SEG_CS]!);
const CS_LIMIT_AT = at(LIMIT[SEG_CS]!);
const CS_ATTR_AT = at(ATTR[SEG_CS]!);
const SS_BASE_AT = at(BASE[SEG_SS]!);
const SS_LIMIT_AT = at(LIMIT[SEG_SS]!);
const SS_ATTR_AT = at(ATTR[SEG_SS]!);
const DS_BASE_AT = at(BASE[SEG_DS]!);
const DS_LIMIT_AT = at(LIMIT[SEG_DS]!);
const DS_ATTR_AT = at(ATTR[SEG_DS]!);
const ES_BASE_AT = at(BASE[SEG_ES]!);
const ES_LIMIT_AT = at(LIMIT[SEG_ES]!);
const ES_ATTR_AT = at(ATTR[SEG_ES]!);
const FS_LIMIT_AT = at(LIMIT[SEG_FS]!);
const FS_ATTR_AT = at(ATTR[SEG_FS]!);
const GS_LIMIT_AT = at(LIMIT[SEG_GS]!);
const GS_ATTR_AT = at(ATTR[SEG_GS]!);
const EFL_AT = at(EFL);
const CR0_AT = at(CR0);
const CR4_AT = at(CR4);

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
  const cpl = w[CS_AT]! & 3;
  const efl = w[EFL_AT]!;
  const cr0 = w[CR0_AT]!;
  const ss = w[SS_ATTR_AT]!;
  let mode = cpl;
  if (w[CS_ATTR_AT]! & ATTR_BIG) mode |= MODE_CODE32;
  if (ss & ATTR_BIG) mode |= MODE_STACK32;
  const bases = w[DS_BASE_AT]! | w[ES_BASE_AT]! | w[SS_BASE_AT]!;
  const limits = w[DS_LIMIT_AT]! & w[ES_LIMIT_AT]! & w[SS_LIMIT_AT]!;
  const types = (w[DS_ATTR_AT]! ^ WHOLE_TYPE) | (w[ES_ATTR_AT]! ^ WHOLE_TYPE) | (ss ^ WHOLE_TYPE);
  if (bases !== 0 || limits !== -1 || (types & DATA_TYPE) !== 0) mode |= MODE_SEGMENTED;
  if (w[CS_BASE_AT]! !== 0 || w[CS_LIMIT_AT]! !== -1) mode |= MODE_CODE_SEGMENTED;
  if (w[FS_LIMIT_AT]! !== -1 || ((w[FS_ATTR_AT]! ^ WHOLE_TYPE) & DATA_TYPE) !== 0) mode |= MODE_FS_CHECKED;
  if (w[GS_LIMIT_AT]! !== -1 || ((w[GS_ATTR_AT]! ^ WHOLE_TYPE) & DATA_TYPE) !== 0) mode |= MODE_GS_CHECKED;
  if (efl & FLAG_TF) mode |= MODE_STEP;
  if (cr0 & (CR0_EM | CR0_TS)) mode |= MODE_NO_FPU;
  if (cpl > ((efl >> 12) & 3)) mode |= MODE_IO_DENIED;
  if (w[CR4_AT]! & CR4_TSD) mode |= MODE_TSC_DENIED;
  if (cpl === 3 && efl & FLAG_AC && cr0 & CR0_AM) mode |= MODE_ALIGN_CHECK;
  cpu.mode = mode;
}
