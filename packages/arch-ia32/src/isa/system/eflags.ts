/** EFLAGS as one word, to and from the pieces the state keeps it in (state.ts). SDM vol. 1, 3.4.3. */
import { type Cpu, wordOf } from '@kml/core';
import { reg } from '../state.ts';

const CF = reg('cf');
const PR = reg('pr');
const AF = reg('af');
const ZR = reg('zr');
const SR = reg('sr');
const OF = reg('of');
export const DF = reg('df');
/** The bits that have no piece of their own: TF IF IOPL NT RF VM AC VIF VIP ID. */
export const EFL = reg('efl');

const CF_AT = wordOf(CF);
const PR_AT = wordOf(PR);
const AF_AT = wordOf(AF);
const ZR_AT = wordOf(ZR);
const SR_AT = wordOf(SR);
const OF_AT = wordOf(OF);
const DF_AT = wordOf(DF);
const EFL_AT = wordOf(EFL);
/** Bit n: whether n (four bits) has an even number of ones. */
const EVEN_PARITY = 0x9669;

export const FLAG_CF = 0x1;
/** Bit 1 is always set. */
export const FLAG_ONE = 0x2;
export const FLAG_PF = 0x4;
export const FLAG_AF = 0x10;
export const FLAG_ZF = 0x40;
export const FLAG_SF = 0x80;
export const FLAG_TF = 0x100;
export const FLAG_IF = 0x200;
export const FLAG_DF = 0x400;
export const FLAG_OF = 0x800;
export const FLAG_IOPL = 0x3000;
export const FLAG_NT = 0x4000;
export const FLAG_RF = 0x1_0000;
export const FLAG_VM = 0x2_0000;
export const FLAG_AC = 0x4_0000;
export const FLAG_VIF = 0x8_0000;
export const FLAG_VIP = 0x10_0000;
export const FLAG_ID = 0x20_0000;

/** Bits kept in the `efl` slot. */
export const EFL_KEPT =
  FLAG_TF | FLAG_IF | FLAG_IOPL | FLAG_NT | FLAG_RF | FLAG_VM | FLAG_AC | FLAG_VIF | FLAG_VIP | FLAG_ID;
/** Bits any program may change: the status flags, DF, TF, NT, AC, ID. */
export const FLAGS_USER =
  FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF | FLAG_TF | FLAG_DF | FLAG_OF | FLAG_NT | FLAG_AC | FLAG_ID;

/** The whole register. Each gate and many a PUSHF reads it: the pieces are read where they lie. */
export function readEflags(cpu: Cpu): number {
  const { i32 } = cpu;
  let flags = (i32[EFL_AT]! & EFL_KEPT) | FLAG_ONE | (i32[CF_AT]! & 1) | (i32[AF_AT]! & FLAG_AF);
  const bits = i32[PR_AT]!;
  if (((EVEN_PARITY >> ((bits ^ (bits >> 4)) & 15)) & 1) !== 0) flags |= FLAG_PF;
  if (i32[ZR_AT]! === 0) flags |= FLAG_ZF;
  if (i32[SR_AT]! < 0) flags |= FLAG_SF;
  if (i32[DF_AT]! < 0) flags |= FLAG_DF;
  if (i32[OF_AT]! < 0) flags |= FLAG_OF;
  return flags;
}

/** Replaces the whole register. The caller recomputes the mode word (mode.ts). */
export function writeEflags(cpu: Cpu, flags: number): void {
  cpu.set(CF, flags & FLAG_CF);
  cpu.set(PR, flags & FLAG_PF ? 0 : 1);
  cpu.set(AF, flags & FLAG_AF);
  cpu.set(ZR, flags & FLAG_ZF ? 0 : 1);
  cpu.set(SR, flags & FLAG_SF ? -1 : 0);
  cpu.set(DF, flags & FLAG_DF ? -1 : 1);
  cpu.set(OF, flags & FLAG_OF ? -1 : 0);
  cpu.set(EFL, flags & EFL_KEPT);
}

/** Bits of EFLAGS that POPF and IRET may change at a privilege level. SDM vol. 2, POPF and IRET. */
export function writableFlags(cpl: number, iopl: number): number {
  let mask = FLAGS_USER;
  if (cpl === 0) mask |= FLAG_IOPL | FLAG_VIF | FLAG_VIP;
  if (cpl <= iopl) mask |= FLAG_IF;
  return mask;
}

/** I/O privilege level. */
export function ioplOf(cpu: Cpu): number {
  return (cpu.get(EFL) >> 12) & 3;
}
