/** Banked registers. ARM ARM DDI0406C B1.3.2. */
import { type Cpu, wordOf } from '@kml/core';
import { ABT, BANKS, type Bank, FIQ, IRQ, reg, SVC, SYS, UND, USR } from '../state.ts';

/** Numbers that a mode can have (five bits). */
const MODES = 32;
const BANK_OF: (Bank | undefined)[] = new Array(MODES).fill(undefined);
BANK_OF[USR] = 'Usr';
BANK_OF[SYS] = 'Usr';
BANK_OF[FIQ] = 'Fiq';
BANK_OF[IRQ] = 'Irq';
BANK_OF[SVC] = 'Svc';
BANK_OF[ABT] = 'Abt';
BANK_OF[UND] = 'Und';

const R13 = reg('r13');
const R14 = reg('r14');
/** r8 to r12, and where they are kept while FIQ mode is, or is not, current. */
const HIGH = [8, 9, 10, 11, 12].map((n) => ({ live: reg(`r${n}`), usr: reg(`r${n}Usr`), fiq: reg(`r${n}Fiq`) }));

type Word = ReturnType<typeof reg>;
const slots = (name: string) => Object.fromEntries(BANKS.map((bank) => [bank, reg(name + bank)])) as Record<Bank, Word>;
const BANKED_R13 = slots('r13');
const BANKED_R14 = slots('r14');
const SPSR = slots('spsr');
/** SPSR by mode. */
const SPSR_OF = BANK_OF.map((bank) => (bank === undefined || bank === 'Usr' ? undefined : SPSR[bank]));

/** Where a bank is among the 32-bit words of memory. */
interface BankWords {
  readonly r13: number;
  readonly r14: number;
}

const R13_AT = wordOf(R13);
const R14_AT = wordOf(R14);
const WORDS = Object.fromEntries(
  BANKS.map((bank) => [bank, { r13: wordOf(BANKED_R13[bank]), r14: wordOf(BANKED_R14[bank]) }]),
) as Record<Bank, BankWords>;
/** The same by mode: what each exception looks up. Modes that share a bank share the object. */
const WORDS_OF = BANK_OF.map((bank) => bank && WORDS[bank]);

/** The bank of a mode; undefined for a number that is no mode. */
export function bankOf(mode: number): Bank | undefined {
  return BANK_OF[mode];
}

/** Where mode `m` keeps r13 or r14 while it is not current; undefined for a number that is no mode. */
export function bankedSlot(m: number, n: 13 | 14): Word | undefined {
  const bank = bankOf(m);
  if (bank === undefined) return undefined;
  return n === 13 ? BANKED_R13[bank] : BANKED_R14[bank];
}

/** SPSR of a mode; undefined for USR, SYS and numbers that are no mode. */
export function spsrSlot(m: number): Word | undefined {
  return SPSR_OF[m];
}

/** Register `n` of the user bank while mode `m` is current. */
export function userSlot(m: number, n: number): Word {
  const banked = m !== USR && m !== SYS;
  if (n >= 13 && banked) return n === 13 ? BANKED_R13.Usr : BANKED_R14.Usr;
  if (n >= 8 && n <= 12 && m === FIQ) return HIGH[n - 8]!.usr;
  return reg(`r${n}`);
}

/** Exchanges the banked registers of mode `from` for those of mode `to`. */
export function switchBank(cpu: Cpu, from: number, to: number): void {
  const old = WORDS_OF[from];
  const current = WORDS_OF[to];
  if (old === undefined || current === undefined || old === current) return;
  const { i32 } = cpu;
  i32[old.r13] = i32[R13_AT]!;
  i32[old.r14] = i32[R14_AT]!;
  i32[R13_AT] = i32[current.r13]!;
  i32[R14_AT] = i32[current.r14]!;
  if (from === FIQ || to === FIQ) switchHigh(cpu, from === FIQ, to === FIQ);
}

/** The same of r8 to r12, which FIQ mode alone has of its own. */
function switchHigh(cpu: Cpu, fromFiq: boolean, toFiq: boolean): void {
  for (const { live, usr, fiq } of HIGH) {
    cpu.set(fromFiq ? fiq : usr, cpu.get(live));
    cpu.set(live, cpu.get(toFiq ? fiq : usr));
  }
}
