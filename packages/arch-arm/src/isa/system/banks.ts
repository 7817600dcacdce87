/** Banked registers. ARM ARM DDI0406C B1.3.2. */
import type { Cpu } from '@kml/core';
import { ABT, BANKS, type Bank, FIQ, IRQ, reg, SVC, SYS, UND, USR } from '../state.ts';

const BANK_OF: Readonly<Record<number, Bank>> = {
  [USR]: 'Usr',
  [SYS]: 'Usr',
  [FIQ]: 'Fiq',
  [IRQ]: 'Irq',
  [SVC]: 'Svc',
  [ABT]: 'Abt',
  [UND]: 'Und',
};

const R13 = reg('r13');
const R14 = reg('r14');
/** r8 to r12, and where they are kept while FIQ mode is, or is not, current. */
const HIGH = [8, 9, 10, 11, 12].map((n) => ({ live: reg(`r${n}`), usr: reg(`r${n}Usr`), fiq: reg(`r${n}Fiq`) }));

type Word = ReturnType<typeof reg>;
const slots = (name: string) => Object.fromEntries(BANKS.map((bank) => [bank, reg(name + bank)])) as Record<Bank, Word>;
const BANKED_R13 = slots('r13');
const BANKED_R14 = slots('r14');
const SPSR = slots('spsr');

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
  const bank = bankOf(m);
  return bank === undefined || bank === 'Usr' ? undefined : SPSR[bank];
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
  const old = bankOf(from);
  const current = bankOf(to);
  if (old === undefined || current === undefined || old === current) return;
  cpu.set(BANKED_R13[old], cpu.get(R13));
  cpu.set(BANKED_R14[old], cpu.get(R14));
  cpu.set(R13, cpu.get(BANKED_R13[current]));
  cpu.set(R14, cpu.get(BANKED_R14[current]));
  if (old === 'Fiq' || current === 'Fiq') {
    for (const { live, usr, fiq } of HIGH) {
      cpu.set(old === 'Fiq' ? fiq : usr, cpu.get(live));
      cpu.set(live, cpu.get(current === 'Fiq' ? fiq : usr));
    }
  }
}
