import type { I32 } from '@kml/core';
import { MODE_M, reg } from '../state.ts';
import { bankedSlot, bankOf, spsrSlot, userSlot } from '../system/banks.ts';
import { returnFromException, returnWithPsr } from './exception-return.ts';
import { type Insn, LR, PC, SP } from './insn.ts';

/** Numbers of the registers in a list. */
function registersOf(list: number): number[] {
  const numbers: number[] = [];
  for (let n = 0; n < 16; n++) if (list & (1 << n)) numbers.push(n);
  return numbers;
}

/** Lowest address and what the base register becomes: U counts up, P leaves the first word out. ARM ARM DDI0406C A8.8.58. */
function range(x: Insn, base: I32, count: number): { start: I32; end: I32 } {
  const bytes = 4 * count;
  const end = x.addConst(base, x.U ? bytes : -bytes);
  if (x.U) return { start: x.P ? x.addConst(base, 4) : base, end };
  return { start: x.P ? end : x.addConst(end, 4), end };
}

/** An empty list (T32: fewer than two registers) and r15 as base are UNPREDICTABLE: UNDEFINED, as QEMU has it. */
function isBad(x: Insn, numbers: readonly number[]): boolean {
  const least = x.row.set === 'T32' ? 2 : 1;
  return numbers.length < least || x.Rn === PC;
}

/** The words at `start` and up, all of them loaded before any register is written. */
function loadWords(x: Insn, start: I32, count: number): I32[] {
  return Array.from({ length: count }, (_, n) => x.load32(x.addConst(start, 4 * n)));
}

/** LDM in all its forms, POP. With the base in the list the loaded value stays. */
export function ldm(x: Insn): void {
  const numbers = registersOf(x.list);
  const inList = (x.list & (1 << x.Rn)) !== 0;
  if (isBad(x, numbers) || (x.row.set === 'T32' && x.W && inList)) {
    x.undefined();
    return;
  }
  const toPc = numbers.at(-1) === PC;
  if (toPc) x.endsBlock();
  const base = x.get(x.Rn);
  const { start, end } = range(x, base, numbers.length);
  x.checkAlignment(base, 4, false);
  const words = loadWords(x, start, numbers.length);
  if (x.W) x.set(x.Rn, end);
  numbers.forEach((n, i) => {
    if (n !== PC) x.set(n, words[i]!);
  });
  if (toPc) x.jumpTo(words.at(-1)!, x.Rn === SP || x.Rn === 11 ? 'return' : 'jumpIndirect');
}

/** STM in all its forms, PUSH. The base is stored as it was. */
export function stm(x: Insn): void {
  const numbers = registersOf(x.list);
  const inList = (x.list & (1 << x.Rn)) !== 0;
  if (isBad(x, numbers) || (x.row.set === 'T32' && x.W && inList)) {
    x.undefined();
    return;
  }
  const base = x.get(x.Rn);
  const { start, end } = range(x, base, numbers.length);
  x.checkAlignment(base, 4, true);
  numbers.forEach((n, i) => {
    x.store32(x.addConst(start, 4 * i), x.get(n));
  });
  if (x.W) x.set(x.Rn, end);
}

/** LDM (exception return) with r15 in the list, LDM (user registers) without. ARM ARM DDI0406C B9.3.5, B9.3.6. */
export function ldmSystem(x: Insn): void {
  const numbers = registersOf(x.list);
  if (x.userBank || isBad(x, numbers)) {
    x.undefined();
    return;
  }
  const toPc = numbers.at(-1) === PC;
  if (toPc) x.endsBlock();
  const base = x.get(x.Rn);
  const { start, end } = range(x, base, numbers.length);
  x.checkAlignment(base, 4, false);
  const words = loadWords(x, start, numbers.length);
  if (x.W) x.set(x.Rn, end);
  const m = x.mode & MODE_M;
  numbers.forEach((n, i) => {
    if (n === PC) return;
    if (toPc) x.set(n, words[i]!);
    else setSlot(x, userSlot(m, n), words[i]!);
  });
  if (toPc) returnFromException(x, words.at(-1)!);
}

function setSlot(x: Insn, slot: ReturnType<typeof reg>, value: I32): void {
  x.b.set(x.ifExecuted(value, x.b.get(slot)), slot);
}

/** STM (user registers). ARM ARM DDI0406C B9.3.18. */
export function stmSystem(x: Insn): void {
  const numbers = registersOf(x.list);
  if (x.userBank || isBad(x, numbers)) {
    x.undefined();
    return;
  }
  const base = x.get(x.Rn);
  const { start, end } = range(x, base, numbers.length);
  x.checkAlignment(base, 4, true);
  const m = x.mode & MODE_M;
  numbers.forEach((n, i) => {
    const value = n === PC ? x.get(PC) : x.b.get(userSlot(m, n));
    x.store32(x.addConst(start, 4 * i), value);
  });
  if (x.W) x.set(x.Rn, end);
}

/** RFE: pc and CPSR from memory. ARM ARM DDI0406C B9.3.13. */
export function rfe(x: Insn): void {
  if (!x.privileged || x.Rn === PC) {
    x.undefined();
    return;
  }
  x.endsBlock();
  const base = x.get(x.Rn);
  const { start, end } = range(x, base, 2);
  x.checkAlignment(start, 4, false);
  const [address, psr] = loadWords(x, start, 2);
  if (x.W) x.set(x.Rn, end);
  returnWithPsr(x, address!, psr!);
}

/** SRS: LR and SPSR of this mode to the stack of mode `mode5`. ARM ARM DDI0406C B9.3.16. */
export function srs(x: Insn): void {
  const m = x.mode & MODE_M;
  const spsr = spsrSlot(m);
  const other = bankedSlot(x.mode5, 13);
  if (spsr === undefined || other === undefined) {
    x.undefined();
    return;
  }
  const stack = bankOf(x.mode5) === bankOf(m) ? reg('r13') : other;
  const { start, end } = range(x, x.b.get(stack), 2);
  x.checkAlignment(start, 4, true);
  x.store32(start, x.get(LR));
  x.store32(x.addConst(start, 4), x.b.get(spsr));
  if (x.W) setSlot(x, stack, end);
}
