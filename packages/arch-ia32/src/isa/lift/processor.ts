import { cpuid as cpuidRoutine } from '../cpuid.ts';
import { MODE_TSC_DENIED } from '../state.ts';
import { GP, UD } from '../vectors.ts';
import { EAX, EDX, type Insn } from './insn.ts';

/** NOP, PAUSE, ENDBR32 and the other hints: nothing. */
export function nop(_x: Insn): void {}

/** CPUID. */
export function cpuid(x: Insn): void {
  x.system(cpuidRoutine);
}

/** RDTSC: the exact cycle counter. #GP(0) above CPL 0 where CR4.TSD is set. */
export function rdtsc(x: Insn): void {
  if (x.mode & MODE_TSC_DENIED && x.cpl !== 0) {
    x.raise(GP);
    return;
  }
  const cycles = x.b.cycles();
  x.set32(EAX, x.b.wrap(cycles));
  x.set32(EDX, x.b.wrap(x.b.shrU64(cycles, x.b.constant64(32, 0))));
}

/** The kernel call: 0F 04 iw, undefined on IA-32, honoured in kernel text at CPL 0 alone. */
export function kernelCall(x: Insn): void {
  if (x.context.kernelText && x.cpl === 0) x.b.endWith({ kind: 'kernelCall', number: x.imm, next: x.next });
  else x.raise(UD);
}
