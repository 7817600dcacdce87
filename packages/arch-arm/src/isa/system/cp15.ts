/** The system control coprocessor, as far as a kernel for one CPU and its programs see it. ARM ARM DDI0406C B3.17, B4. */
import type { Cpu } from '@kml/core';
import { MODE_FP_OFF, reg } from '../state.ts';
import { goOn } from './step.ts';

type Word = ReturnType<typeof reg>;

/** What a CP15 register is. */
export type Cp15Register =
  /** A slot. `user`: what USR may do. `load`: writing it runs loadRegister with this number. */
  | { readonly kind: 'slot'; readonly slot: Word; readonly user?: 'read' | 'both'; readonly load?: number }
  /** Reads as a constant; writes are ignored. */
  | { readonly kind: 'constant'; readonly value: number }
  /** The cycle counter; USR reads it where PMUSERENR.EN is set. */
  | { readonly kind: 'cycles' }
  /** Writes do nothing (cache and TLB maintenance); reads are UNDEFINED. `user`: USR may do it. */
  | { readonly kind: 'operation'; readonly user?: true };

/** Numbers for loadRegister. */
export const LOAD_TTBR0 = 0;
export const LOAD_CPACR = 1;

const slot = (name: string, more: { user?: 'read' | 'both'; load?: number } = {}): Cp15Register => ({
  kind: 'slot',
  slot: reg(name),
  ...more,
});
const constant = (value: number): Cp15Register => ({ kind: 'constant', value: value | 0 });

/** Cortex-A9 r3p0. Cortex-A9 TRM (DDI0388), chapter 4. */
export const MIDR = 0x413f_c090;

/** By 'CRn opc1 CRm opc2'. */
const REGISTERS: Readonly<Record<string, Cp15Register>> = {
  '0 0 0 0': constant(MIDR),
  '0 0 0 1': constant(0x8333_8003),
  '0 0 0 2': constant(0),
  '0 0 0 3': constant(0),
  '0 0 0 5': constant(0x8000_0000),
  '0 0 0 6': constant(0),
  '0 0 1 0': constant(0x0000_1231),
  '0 0 1 1': constant(0x0000_0011),
  '0 0 1 2': constant(0x0001_0444),
  '0 0 1 3': constant(0),
  '0 0 1 4': constant(0x0010_0103),
  '0 0 1 5': constant(0x2000_0000),
  '0 0 1 6': constant(0x0123_0000),
  '0 0 1 7': constant(0x0000_2111),
  '0 0 2 0': constant(0x0210_1111),
  '0 0 2 1': constant(0x1311_2111),
  '0 0 2 2': constant(0x2123_2041),
  '0 0 2 3': constant(0x1111_2131),
  '0 0 2 4': constant(0x0001_1142),
  '0 0 2 5': constant(0),
  '0 1 0 0': constant(0x200f_e019),
  '0 1 0 1': constant(0x0920_0003),
  '0 2 0 0': slot('csselr'),
  '1 0 0 0': slot('sctlr'),
  '1 0 0 1': slot('actlr'),
  '1 0 0 2': slot('cpacr', { load: LOAD_CPACR }),
  '2 0 0 0': slot('ttbr0', { load: LOAD_TTBR0 }),
  '2 0 0 1': slot('ttbr1'),
  '2 0 0 2': slot('ttbcr'),
  '3 0 0 0': slot('dacr'),
  '5 0 0 0': slot('dfsr'),
  '5 0 0 1': slot('ifsr'),
  '6 0 0 0': slot('dfar'),
  '6 0 0 2': slot('ifar'),
  '7 0 4 0': slot('par'),
  '7 0 5 4': { kind: 'operation', user: true },
  '7 0 10 4': { kind: 'operation', user: true },
  '7 0 10 5': { kind: 'operation', user: true },
  '9 0 13 0': { kind: 'cycles' },
  '9 0 14 0': slot('pmuserenr', { user: 'read' }),
  '12 0 0 0': slot('vbar'),
  '13 0 0 1': slot('contextidr'),
  '13 0 0 2': slot('tpidrurw', { user: 'both' }),
  '13 0 0 3': slot('tpidruro', { user: 'read' }),
  '13 0 0 4': slot('tpidrprw'),
};

const OPERATION: Cp15Register = { kind: 'operation' };

/** The register of an MCR or MRC; undefined where there is none. */
export function cp15Register(crn: number, opc1: number, crm: number, opc2: number): Cp15Register | undefined {
  const found = REGISTERS[`${crn} ${opc1} ${crm} ${opc2}`];
  if (found !== undefined) return found;
  // Cache, branch predictor and TLB maintenance.
  return (crn === 7 || crn === 8) && opc1 === 0 ? OPERATION : undefined;
}

const TTBR0 = reg('ttbr0');
const CPACR = reg('cpacr');
const FPEXC = reg('fpexc');
const FPEXC_EN = 1 << 30;

/** Sets MODE_FP_OFF by CPACR (access to CP10 and CP11 for USR too) and FPEXC.EN. */
export function updateFloatingPointMode(cpu: Cpu): void {
  const on = ((cpu.get(CPACR) >> 20) & 15) === 15 && (cpu.get(FPEXC) & FPEXC_EN) !== 0;
  cpu.mode = on ? cpu.mode & ~MODE_FP_OFF : cpu.mode | MODE_FP_OFF;
}

/** A write of a register that does more than hold a value. */
export function loadRegister(cpu: Cpu, value: number, which: number, _c: number, next: number): void {
  goOn(cpu, next);
  if (which === LOAD_TTBR0) loadAddressSpace(cpu, value);
  else if (which === LOAD_CPACR) {
    cpu.set(CPACR, value);
    updateFloatingPointMode(cpu);
  }
}

/**
 * Loads TTBR0, which holds an address-space id that the kernel issued. Anything else leaves the CPU
 * without page tables that exist: it shuts down, and the machine reports it.
 */
function loadAddressSpace(cpu: Cpu, id: number): void {
  if (id === cpu.get(TTBR0) && cpu.mmu.current.id === id) return;
  const space = cpu.mmu.spaceById(id);
  if (space === undefined) {
    cpu.shutdownReason = `TTBR0 loaded with 0x${(id >>> 0).toString(16)}, which names no address space`;
    cpu.leaveRequested = true;
    return;
  }
  cpu.set(TTBR0, id);
  if (cpu.mmu.current !== space) cpu.mmu.activate(space);
  cpu.leaveRequested = true;
}
