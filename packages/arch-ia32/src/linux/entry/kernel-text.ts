import { assemble } from '../asm/assembler.ts';
import { KERNEL_TEXT } from '../layout.ts';
import { ENTRY_CONSTANTS } from './constants.ts';
import { DIRECT_CALL } from './direct-call.ts';
import { DOUBLE_FAULT } from './double-fault.ts';
import { EXIT } from './exit.ts';
import { GATE, REWRITTEN } from './rewritten.ts';
import { SYSTEM_CALL_STUBS } from './stubs.ts';
import { SYSENTER } from './sysenter.ts';
import { SYSTEM_CALL } from './system-call.ts';
import { TRAPS } from './traps.ts';

/** The kernel's text on IA-32: the same for every machine, so assembled once. */
export const KERNEL_CODE = assemble(
  [SYSTEM_CALL, EXIT, DIRECT_CALL, REWRITTEN, SYSENTER, TRAPS, DOUBLE_FAULT, SYSTEM_CALL_STUBS, GATE].join(
    '\n  .align 16\n',
  ),
  KERNEL_TEXT,
  ENTRY_CONSTANTS,
);

/** Address of a label of the entry code. Throws RangeError if there is none. */
export function entryLabel(name: string): number {
  const address = KERNEL_CODE.labels.get(name);
  if (address === undefined) throw new RangeError(`the entry code has no label '${name}'`);
  return address;
}

/** A range of kernel text in which a fault is expected, and where it goes on then. */
interface Fixup {
  readonly start: number;
  readonly end: number;
  readonly handler: number;
}

const fixup = (start: string, end: string, handler: string): Fixup => ({
  start: entryLabel(start),
  end: entryLabel(end),
  handler: entryLabel(handler),
});

/** As Linux's exception table. Linux 6.1 arch/x86/mm/extable.c */
const FIXUPS: readonly Fixup[] = [
  fixup('reload_gs', 'reload_fs', 'reload_gs_fault'),
  fixup('reload_fs', 'reload_es', 'reload_fs_fault'),
  fixup('reload_es', 'reload_ds', 'reload_es_fault'),
  fixup('reload_ds', 'reload_end', 'reload_ds_fault'),
  fixup('restore_iret', 'restore_iret_fault', 'restore_iret_fault'),
  fixup('ku_store', 'ku_store_end', 'ku_store_fault'),
  fixup('ku_store_iret', 'ku_store_iret_end', 'ku_store_fault'),
  fixup('sysenter_read', 'sysenter_read_end', 'sysenter_fault'),
];

/** Where to go on after a fault at `pc`, or undefined where none is expected. */
export function fixupFor(pc: number): number | undefined {
  const at = pc >>> 0;
  return FIXUPS.find(({ start, end }) => at >= start && at < end)?.handler;
}
