import { assemble } from '../asm/assembler.ts';
import { KERNEL_TEXT } from '../layout.ts';
import { ENTRY_CONSTANTS } from './constants.ts';
import { DIRECT_CALL } from './direct-call.ts';
import { EXIT } from './exit.ts';
import { REWRITTEN } from './rewritten.ts';
import { SYSTEM_CALL_STUBS } from './stubs.ts';
import { SYSTEM_CALL } from './system-call.ts';
import { TRAPS } from './traps.ts';

/** The kernel's text on ARM: the same for every machine, so assembled once. */
export const KERNEL_CODE = assemble(
  [SYSTEM_CALL, EXIT, DIRECT_CALL, REWRITTEN, TRAPS, SYSTEM_CALL_STUBS].join('\n  .align 16\n'),
  KERNEL_TEXT,
  ENTRY_CONSTANTS,
);

/** Address of a label of the entry code. Throws RangeError if there is none. */
export function entryLabel(name: string): number {
  const address = KERNEL_CODE.labels.get(name);
  if (address === undefined) throw new RangeError(`the entry code has no label '${name}'`);
  return address;
}

/** Where to go on after a fault at `pc`, or undefined where none is expected. Linux 6.1 arch/arm/mm/extable.c */
export function fixupFor(pc: number): number | undefined {
  const at = pc >>> 0;
  const reads = at >= entryLabel('svc_read') && at < entryLabel('svc_read_end');
  return reads ? entryLabel('svc_read_fault') : undefined;
}
