/** The registers of coprocessor 0 by number and select. MIPS32 vol. III, chapter 9. */
import type { Cpu } from '@kml/core';
import { CONFIG1_VALUE, CONFIG2_VALUE, PRID } from '../identity.ts';
import { type CP0_NAMES, reg } from '../state.ts';
import { writeEntryHi } from './address-space.ts';
import { writeCount } from './count.ts';
import { updateMode } from './mode.ts';
import { CAUSE_DC, CAUSE_IP_SOFTWARE, CAUSE_IV } from './status.ts';

type Cp0Name = (typeof CP0_NAMES)[number];

export interface Cp0Register {
  /** The slot it is kept in. */
  readonly slot?: Cp0Name;
  /** Its value, where it is a constant. */
  readonly value?: number;
  /** Bits that MTC0 changes; none where left out. */
  readonly writable?: number;
  /** Does what MTC0 does, where more is to be done than to change the slot. */
  readonly write?: (cpu: Cpu, value: number) => void;
}

const ALL = -1;
const CAUSE = reg('cause');

/** Bits of Status that a 24Kf has: CU1 CU0 RP FR BEV SR NMI IM UM ERL EXL IE. */
export const STATUS_WRITABLE = 0x3c58_ff17;

function writeMasked(name: Cp0Name, mask: number): (cpu: Cpu, value: number) => void {
  const slot = reg(name);
  return (cpu, value) => {
    cpu.set(slot, (cpu.get(slot) & ~mask) | (value & mask));
    updateMode(cpu);
  };
}

const keep = (slot: Cp0Name, writable = 0): Cp0Register => ({ slot, writable });

/** Status and Count by number * 8 + select. */
export const STATUS_NUMBER = at(12);
export const COUNT = at(9);

/** Registers by number * 8 + select. */
export const CP0: ReadonlyMap<number, Cp0Register> = new Map<number, Cp0Register>([
  [at(0), keep('index', 0xf)],
  // Random: the TLB is ours, any number of an entry will do.
  [at(1), { value: 15 }],
  [at(2), keep('entryLo0', 0x3fff_ffff)],
  [at(3), keep('entryLo1', 0x3fff_ffff)],
  [at(4), keep('context', 0xff80_0000)],
  [at(4, 2), keep('userLocal', ALL)],
  [at(5), keep('pageMask', 0x1fff_e000)],
  [at(6), keep('wired', 0xf)],
  [at(7), { slot: 'hwrena', write: writeMasked('hwrena', 0x2000_000f) }],
  [at(8), keep('badVAddr')],
  [COUNT, { write: writeCount }],
  [at(10), { slot: 'entryHi', write: writeEntryHi }],
  [at(11), keep('compare', ALL)],
  [STATUS_NUMBER, { slot: 'status', write: writeMasked('status', STATUS_WRITABLE) }],
  [at(12, 1), keep('intCtl', 0x3e0)],
  [at(12, 2), keep('srsCtl', 0xf3c0)],
  [at(13), { slot: 'cause', write: writeCause }],
  [at(14), keep('epc', ALL)],
  [at(15), { value: PRID }],
  [at(15, 1), keep('ebase', 0x3fff_f000)],
  [at(16), keep('config0', 0x7)],
  [at(16, 1), { value: CONFIG1_VALUE }],
  [at(16, 2), { value: CONFIG2_VALUE }],
  [at(16, 3), keep('config3')],
  [at(16, 7), keep('config7', ALL)],
  [at(17), { value: 0 }],
  [at(23), { value: 0 }],
  [at(24), keep('depc', ALL)],
  [at(25), keep('performance', ALL)],
  [at(28), keep('tagLo', ALL)],
  [at(30), keep('errorEpc', ALL)],
  [at(31), keep('desave', ALL)],
]);

function at(number: number, select = 0): number {
  return number * 8 + select;
}

function writeCause(cpu: Cpu, value: number): void {
  const mask = CAUSE_DC | CAUSE_IV | CAUSE_IP_SOFTWARE;
  cpu.set(CAUSE, (cpu.get(CAUSE) & ~mask) | (value & mask));
}

/** MTC0's effect on register `number * 8 + select`; registers that are not there take no write. */
export function writeCp0(cpu: Cpu, number: number, value: number): void {
  const register = CP0.get(number);
  if (register === undefined) return;
  if (register.write) {
    register.write(cpu, value);
    return;
  }
  if (register.slot === undefined || !register.writable) return;
  const slot = reg(register.slot);
  cpu.set(slot, (cpu.get(slot) & ~register.writable) | (value & register.writable));
}
