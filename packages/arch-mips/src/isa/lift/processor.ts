/** Coprocessor 0 and what else is about the processor itself. MIPS32 vol. II and III. */
import type { I32 } from '@kml/core';
import { COUNT_RESOLUTION, SYNCI_STEP } from '../identity.ts';
import { MODE_CU0, MODE_HWRENA_SHIFT, MODE_HWRENA_ULR, MODE_USER, reg } from '../state.ts';
import { COUNT, CP0, STATUS_NUMBER, STATUS_WRITABLE } from '../system/cp0.ts';
import { ROUTINE } from '../system/routines.ts';
import { STATUS_CU0, STATUS_ERL, STATUS_EXL, STATUS_IE, STATUS_KSU, STATUS_USER } from '../system/status.ts';
import { BP, CPU, MTC0_ASSIST, RI } from '../vectors.ts';
import type { Insn } from './insn.ts';
import { returnInline } from './mode-switch.ts';

const INDEX = reg('index');
const STATUS = reg('status');

/** Makes a handler that needs CP0: kernel mode, or Status.CU0. */
export const privileged =
  (handler: (x: Insn) => void) =>
  (x: Insn): void => {
    if ((x.mode & (MODE_USER | MODE_CU0)) === MODE_USER) x.raise(CPU, 0);
    else handler(x);
  };

function register(x: Insn): number {
  return x.rd * 8 + (x.word & 7);
}

/** MFC0. Registers that are not there read as 0. */
export function mfc0(x: Insn): void {
  const source = CP0.get(register(x));
  if (register(x) === COUNT) x.set(x.rt, count(x));
  else if (source?.slot) x.set(x.rt, x.b.get(reg(source.slot)));
  else x.set(x.rt, x.const(source?.value ?? 0));
}

/** MTC0. What changes nothing else is written at once. */
export function mtc0(x: Insn): void {
  const target = CP0.get(register(x));
  if (register(x) === STATUS_NUMBER && !(x.mode & MODE_USER)) writeStatus(x);
  else if (target?.slot && target.writable === -1) x.b.set(x.get(x.rt), reg(target.slot));
  else x.b.endWith(step(x, ROUTINE.mtc0, register(x), x.rt));
}

/**
 * MTC0 to Status in kernel mode. What changes no more than IE, EXL, KSU and CU0 and stays in kernel
 * mode is inline, unless it lets an interrupt in: entry code does little else.
 */
function writeStatus(x: Insn): void {
  const { b } = x;
  const old = b.get(STATUS);
  const kept = b.and(old, x.const(~STATUS_WRITABLE));
  const value = b.or(kept, b.and(x.get(x.rt), x.const(STATUS_WRITABLE)));
  const other = b.and(b.xor(old, value), x.const(~(STATUS_IE | STATUS_EXL | STATUS_KSU | STATUS_CU0)));
  const user = b.eq(b.and(value, x.const(STATUS_KSU | STATUS_EXL | STATUS_ERL)), x.const(STATUS_USER));
  const enabled = b.eq(b.and(value, x.const(STATUS_IE | STATUS_EXL | STATUS_ERL)), x.const(STATUS_IE));
  const letsIn = b.and(enabled, b.ne(b.interrupts(), x.const(0)));
  b.trapIf(b.or(other, b.or(user, letsIn)), x.const(x.word), MTC0_ASSIST);
  b.set(value, STATUS);
}

function step(x: Insn, routine: number, a: number, rt: number) {
  const args = [x.const(a), x.get(rt)];
  return { kind: 'system', routine, args, next: (x.pc + 4) | 0, faults: false } as const;
}

/** TLBP: the page tables are the kernel's, no entry of a TLB ever matches. */
export function tlbp(x: Insn): void {
  x.b.set(x.const(0x8000_0000), INDEX);
}

/** TLBR: an entry that maps nothing. */
export function tlbr(x: Insn): void {
  for (const name of ['entryLo0', 'entryLo1', 'pageMask']) x.b.set(x.const(0), reg(name));
}

/** ERET. */
export function eret(x: Insn): void {
  if (x.inSlot) x.raise(RI);
  else if (x.context.optimisations.inlineTraps) returnInline(x);
  else x.system(ROUTINE.eret);
}

/** DERET outside debug mode. */
export function deret(x: Insn): void {
  x.raise(RI);
}

/** DI, EI. */
export function di(x: Insn): void {
  x.system(ROUTINE.di, x.const(x.rt));
}
export function ei(x: Insn): void {
  x.system(ROUTINE.ei, x.const(x.rt));
}

/** RDPGPR, WRPGPR: there is one set of registers. */
export function copyRegister(x: Insn): void {
  x.set(x.rd, x.get(x.rt));
}

/** SDBBP: there is no debugger on the probe; a breakpoint. */
export function sdbbp(x: Insn): void {
  x.raise(BP);
}

/** RDHWR: the hardware registers that HWREna, CP0 or kernel mode grant. */
export function rdhwr(x: Insn): void {
  const known = x.rd <= 3 || x.rd === 29;
  const bit = x.rd === 29 ? MODE_HWRENA_ULR : 1 << (MODE_HWRENA_SHIFT + x.rd);
  const granted = (x.mode & (MODE_USER | MODE_CU0)) !== MODE_USER || (x.mode & bit) !== 0;
  if (!known || !granted) x.raise(RI);
  else readHardware(x);
}

/** Count: see system/count.ts. */
function count(x: Insn): I32 {
  const { b } = x;
  const steps = b.wrap(x.shrU64(b.cycles(), COUNT_RESOLUTION >> 1));
  return b.add(steps, b.get(reg('countOffset')));
}

function readHardware(x: Insn): void {
  const { b } = x;
  switch (x.rd) {
    case 0:
      x.set(x.rt, x.const(0));
      return;
    case 1:
      x.set(x.rt, x.const(SYNCI_STEP));
      return;
    case 2:
      x.set(x.rt, count(x));
      return;
    case 3:
      x.set(x.rt, x.const(COUNT_RESOLUTION));
      return;
    default:
      x.set(x.rt, b.get(reg('userLocal')));
  }
}

/** COP2: there is none. */
export function coprocessor2(x: Insn): void {
  x.raise(CPU, 2);
}

/** The kernel call: honoured in kernel text at kernel privilege, a reserved instruction anywhere else. */
export function kernelCall(x: Insn): void {
  if (!x.context.kernelText || x.mode & MODE_USER || x.inSlot) {
    x.raise(RI);
    return;
  }
  x.b.endWith({ kind: 'kernelCall', number: (x.word >>> 6) & 0xf_ffff, next: (x.pc + 4) | 0 });
}
