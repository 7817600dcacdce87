/** SYSENTER and SYSEXIT in IR, between flat code of CPL 3 and CPL 0: what the routines (../fast-call.ts) do. SDM vol. 2. */
import type { I32 } from '@kml/core';
import type { Insn } from '../../lift/insn.ts';
import { MODE_ALIGN_CHECK, MODE_CPL, MODE_FP_PASSING, MODE_IO_DENIED, reg } from '../../state.ts';
import { GP, SYSENTER_TRAP } from '../../vectors.ts';
import { FLAG_AC, FLAG_IF, FLAG_IOPL, FLAG_RF, FLAG_VM } from '../eflags.ts';
import { DPL_3, FLAT_CODE, FLAT_DATA } from '../fast-call.ts';
import { CR0_AM } from '../registers.ts';
import { setFlat } from './flat-inline.ts';

const ESP = reg('esp');
const EFL = reg('efl');
const CR0 = reg('cr0');
const SYSENTER_CS = reg('sysenterCs');

/** SYSENTER from CPL 3. */
export function enterInline(x: Insn): void {
  const { b } = x;
  const selector = codeSelector(x);
  setFlat(x, 'cs', selector, x.const(FLAT_CODE));
  setFlat(x, 'ss', b.and(b.add(selector, x.const(8)), x.const(0xffff)), x.const(FLAT_DATA));
  b.set(b.and(b.get(EFL), x.const(~(FLAG_VM | FLAG_IF | FLAG_RF))), EFL);
  b.set(b.get(reg('sysenterEsp')), ESP);
  const mode = x.const(x.mode & ~(MODE_CPL | MODE_IO_DENIED | MODE_ALIGN_CHECK | MODE_FP_PASSING));
  b.endWith({ kind: 'switchMode', target: b.get(reg('sysenterEip')), mode, next: x.next, trap: SYSENTER_TRAP });
}

/** SYSEXIT at CPL 0. */
export function exitInline(x: Insn): void {
  const { b } = x;
  const selector = codeSelector(x);
  const user = (offset: number): I32 => b.and(b.or(b.add(selector, x.const(offset)), x.const(3)), x.const(0xffff));
  setFlat(x, 'cs', user(16), x.const(FLAT_CODE | DPL_3));
  setFlat(x, 'ss', user(24), x.const(FLAT_DATA | DPL_3));
  const target = b.get(reg('edx'));
  b.set(b.get(reg('ecx')), ESP);
  const efl = b.get(EFL);
  const plain = x.const((x.mode & ~(MODE_CPL | MODE_IO_DENIED | MODE_FP_PASSING)) | 3);
  const full = b.eq(b.and(efl, x.const(FLAG_IOPL)), x.const(FLAG_IOPL));
  const checked = b.and(b.and(efl, x.const(FLAG_AC)), b.and(b.get(CR0), x.const(CR0_AM)));
  const denied = b.select(x.const(0), x.const(MODE_IO_DENIED), full);
  const aligned = b.select(x.const(MODE_ALIGN_CHECK), x.const(0), checked);
  b.endWith({ kind: 'switchMode', target, mode: b.or(plain, b.or(denied, aligned)), next: x.next });
}

/** The selector of the kernel's code; #GP(0) if it is null. */
function codeSelector(x: Insn): I32 {
  const { b } = x;
  const selector = b.and(b.get(SYSENTER_CS), x.const(0xfffc));
  b.trapIf(b.eqz(selector), x.const(0), GP);
  return selector;
}
