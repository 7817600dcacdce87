import { ROUTINE } from '../system/routines.ts';
import { SYSTEM_CALL } from '../vectors.ts';
import type { Insn } from './insn.ts';

/** The kernel call: honoured in kernel text at supervisor privilege. */
export function kernelCall(x: Insn): void {
  if (!x.context.kernelText || x.isUser) {
    x.illegal();
    return;
  }
  x.end({ kind: 'kernelCall', number: x.uimm, next: x.next });
}

/** SC. */
export function sc(x: Insn): void {
  x.end({ kind: 'trap', vector: SYSTEM_CALL, error: x.const(0), completes: true });
}

/** RFI. */
export function rfi(x: Insn): void {
  if (x.supervisor()) x.system(ROUTINE.returnFromInterrupt);
}
