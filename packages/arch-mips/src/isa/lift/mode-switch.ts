/** SYSCALL and ERET in IR: what enter (system/deliver.ts) and eret (system/routines.ts) do. MIPS32 vol. III, 6.2.5; vol. II, ERET. */
import type { I32 } from '@kml/core';
import { FCSR_ENABLE_I, FCSR_ENABLE_U, FCSR_FLAG_I, FCSR_FS, FCSR_RM } from '../fp/fcsr-bits.ts';
import {
  MODE_CU0,
  MODE_CU1,
  MODE_FP_EXACT,
  MODE_FP_INEXACT,
  MODE_FR,
  MODE_HWRENA_SHIFT,
  MODE_HWRENA_ULR,
  MODE_USER,
  reg,
} from '../state.ts';
import { BOOT_VECTORS } from '../system/deliver.ts';
import {
  CAUSE_BD,
  CAUSE_CE,
  CAUSE_EXC_CODE,
  STATUS_BEV,
  STATUS_CU0,
  STATUS_CU1,
  STATUS_ERL,
  STATUS_EXL,
  STATUS_FR,
  STATUS_KSU,
  STATUS_USER,
} from '../system/status.ts';
import { SYS, VECTOR_GENERAL } from '../vectors.ts';
import type { Insn } from './insn.ts';

const STATUS = reg('status');
const CAUSE = reg('cause');
const EPC = reg('epc');
const ERROR_EPC = reg('errorEpc');
const EBASE = reg('ebase');
const LL_BIT = reg('llBit');
const DELAY_TARGET = reg('delayTarget');
const FCSR = reg('fcsr');
const HWRENA = reg('hwrena');

/** The exception of a SYSCALL, not in a delay slot. Where Status.EXL is set (never in user mode) EPC and Cause.BD stay as they are. */
export function takeSystemCall(x: Insn): void {
  const { b } = x;
  const status = b.get(STATUS);
  const ebase = b.and(b.get(EBASE), x.const(0xffff_f000));
  const base = b.select(x.const(BOOT_VECTORS), ebase, b.and(status, x.const(STATUS_BEV)));
  const old = b.get(CAUSE);
  const isUser = (x.mode & MODE_USER) !== 0;
  const level = b.and(status, x.const(STATUS_EXL));
  const delay = isUser ? x.const(0) : b.select(b.and(old, x.const(CAUSE_BD)), x.const(0), level);
  const cause = b.or(b.and(old, x.const(~(CAUSE_EXC_CODE | CAUSE_CE | CAUSE_BD))), delay);
  b.set(isUser ? x.const(x.pc) : b.select(b.get(EPC), x.const(x.pc), level), EPC);
  b.set(b.or(cause, x.const(SYS << 2)), CAUSE);
  b.set(b.or(status, x.const(STATUS_EXL)), STATUS);
  const mode = x.const(x.mode & ~(MODE_USER | MODE_CU0));
  const target = b.add(base, x.const(VECTOR_GENERAL));
  b.endWith({ kind: 'switchMode', target, mode, next: (x.pc + 4) | 0, trap: SYS });
}

/** ERET. */
export function returnInline(x: Insn): void {
  const { b } = x;
  const old = b.get(STATUS);
  const error = b.and(old, x.const(STATUS_ERL));
  const status = b.and(old, b.select(x.const(~STATUS_ERL), x.const(~STATUS_EXL), error));
  const target = b.select(b.get(ERROR_EPC), b.get(EPC), error);
  const unaligned = b.and(target, x.const(3));
  const pc = b.select(b.or(b.and(target, x.const(~3)), x.const(2)), target, unaligned);
  b.set(b.select(target, b.get(DELAY_TARGET), unaligned), DELAY_TARGET);
  b.set(status, STATUS);
  b.set(x.const(0), LL_BIT);
  b.endWith({ kind: 'switchMode', target: pc, mode: modeOf(x, status), next: (x.pc + 4) | 0 });
}

/** The mode word under a Status, as mode.ts makes it. */
function modeOf(x: Insn, status: I32): I32 {
  const { b } = x;
  const where = (condition: I32, bits: number): I32 => b.select(x.const(bits), x.const(0), condition);
  const has = (word: I32, mask: number, bits: number): I32 => where(b.and(word, x.const(mask)), bits);
  const isUser = b.eq(b.and(status, x.const(STATUS_KSU | STATUS_EXL | STATUS_ERL)), x.const(STATUS_USER));
  const user = b.select(b.or(x.const(MODE_USER), has(status, STATUS_CU0, MODE_CU0)), x.const(0), isUser);
  const units = b.or(has(status, STATUS_CU1, MODE_CU1), has(status, STATUS_FR, MODE_FR));
  const fcsr = b.get(FCSR);
  const exact = has(fcsr, FCSR_RM | FCSR_FS | FCSR_ENABLE_U | FCSR_ENABLE_I, MODE_FP_EXACT);
  const float = b.or(exact, has(fcsr, FCSR_FLAG_I, MODE_FP_INEXACT));
  const hwrena = b.get(HWRENA);
  const registers = b.shl(b.and(hwrena, x.const(0xf)), x.const(MODE_HWRENA_SHIFT));
  const hardware = b.or(registers, has(hwrena, 0x2000_0000, MODE_HWRENA_ULR));
  return b.or(b.or(user, units), b.or(float, hardware));
}
