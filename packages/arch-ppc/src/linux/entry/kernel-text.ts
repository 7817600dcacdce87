import { assemble } from '../asm/assembler.ts';
import { KERNEL_TEXT } from '../layout.ts';
import { ENTRY_CONSTANTS } from './constants.ts';
import { DIRECT_CALL } from './direct-call.ts';
import { EXIT } from './exit.ts';
import { REWRITTEN } from './rewritten.ts';
import { SYSTEM_CALL_STUBS } from './stubs.ts';
import { SYSTEM_CALL_CODE, SYSTEM_CALL_VECTOR } from './system-call.ts';
import { TRAP_VECTORS, TRAPS } from './traps.ts';

const SOURCE = [
  TRAP_VECTORS.below,
  SYSTEM_CALL_VECTOR,
  TRAP_VECTORS.above,
  '  .org VECTORS_END',
  SYSTEM_CALL_CODE,
  EXIT,
  DIRECT_CALL,
  REWRITTEN,
  TRAPS,
  SYSTEM_CALL_STUBS,
].join('\n');

/** The kernel's text on PowerPC, vectors first: the same for every machine, so assembled once. */
export const KERNEL_CODE = assemble(SOURCE, KERNEL_TEXT, ENTRY_CONSTANTS);

/** Address of a label of the entry code. Throws RangeError if there is none. */
export function entryLabel(name: string): number {
  const address = KERNEL_CODE.labels.get(name);
  if (address === undefined) throw new RangeError(`the entry code has no label '${name}'`);
  return address;
}
