/** Exceptions and interrupts. MIPS32 vol. III, chapter 6. */
import { type Cpu, type GuestFault, wordOf } from '@kml/core';
import { GENERAL, MODE_USER, reg } from '../state.ts';
import { ADEL, ADES, CPU, INT, MOD, TLBL, TLBS, VECTOR_GENERAL, VECTOR_INTERRUPT, VECTOR_REFILL } from '../vectors.ts';
import { updateMode } from './mode.ts';
import {
  CAUSE_BD,
  CAUSE_CE,
  CAUSE_CE_SHIFT,
  CAUSE_EXC_CODE,
  CAUSE_IP,
  CAUSE_IP_SOFTWARE,
  CAUSE_IV,
  STATUS_BEV,
  STATUS_ERL,
  STATUS_EXL,
  STATUS_IE,
  STATUS_IM,
} from './status.ts';

const STATUS = reg('status');
const CAUSE = reg('cause');
const EPC = reg('epc');
const BAD_VADDR = reg('badVAddr');
const CONTEXT = reg('context');
const ENTRY_HI = reg('entryHi');
const EBASE = reg('ebase');
const DELAY_TARGET = reg('delayTarget');
const STATUS_AT = wordOf(STATUS);
const CAUSE_AT = wordOf(CAUSE);
const EPC_AT = wordOf(EPC);
const EBASE_AT = wordOf(EBASE);
const BAD_VADDR_AT = wordOf(BAD_VADDR);
const CONTEXT_AT = wordOf(CONTEXT);
const ENTRY_HI_AT = wordOf(ENTRY_HI);

/** LWL, LWR, SWL, SWR: major opcodes 0x22, 0x26, 0x2a, 0x2e. */
function isUnaligned(word: number): boolean {
  return ((word >>> 26) & 0x33) === 0x22;
}

/** Base of the vectors while Status.BEV is set. */
export const BOOT_VECTORS = 0xbfc0_0200 | 0;
/** Interrupt pins: line 0 is the timer's (IP7), the others share IP2. */
const IP_TIMER = 0x8000;
const IP_LINES = 0x400;

/** The `pc` for going to `target`, which a register or EPC held: see layout. */
export function fetchPc(target: number): number {
  return (target & 3) === 0 ? target : (target & ~3) | 2;
}

/** Sends the CPU to `target`. */
export function goTo(cpu: Cpu, target: number): void {
  if (target & 3) cpu.set(DELAY_TARGET, target);
  cpu.pc = fetchPc(target);
}

/** The address that `pc` stands for: its instruction's, or that of the fetch that cannot be. */
export function addressOf(cpu: Cpu): number {
  const pc = cpu.pc;
  if ((pc & 3) === 2) return cpu.get(DELAY_TARGET);
  return pc & ~3;
}

/** IsaBackend.deliverTrap. */
export function deliverTrap(cpu: Cpu, vector: number, error: number): void {
  if (vector === ADEL || vector === ADES) addressFault(cpu, error, vector);
  else if (vector === CPU) enter(cpu, vector, VECTOR_GENERAL, error);
  else enter(cpu, vector, VECTOR_GENERAL, 0);
}

/** IsaBackend.deliverFault. */
export function deliverFault(cpu: Cpu, fault: GuestFault): void {
  const { access } = fault;
  if (access === undefined) {
    deliverTrap(cpu, fault.vector, fault.error);
    return;
  }
  if (access === 'execute' && cpu.pc & 2) {
    addressFault(cpu, addressOf(cpu), ADEL);
    return;
  }
  const address = access === 'execute' ? fault.address & ~3 : accessAddress(cpu, fault.address);
  // What user mode must not name at all is an address error: MIPS32 vol. III, 4.3.
  if (address < 0 && (cpu.mode & MODE_USER) !== 0) {
    addressFault(cpu, address, access === 'write' ? ADES : ADEL);
    return;
  }
  noteAddress(cpu, address);
  if (fault.present) {
    enter(cpu, access === 'write' ? MOD : TLBL, VECTOR_GENERAL, 0);
    return;
  }
  const refill = (cpu.get(STATUS) & STATUS_EXL) === 0;
  enter(cpu, access === 'write' ? TLBS : TLBL, refill ? VECTOR_REFILL : VECTOR_GENERAL, 0);
}

/**
 * The address that the instruction at pc accesses. LWL, LWR, SWL and SWR are lifted to accesses of
 * the whole word; the address they fault with is the one they were given.
 */
function accessAddress(cpu: Cpu, address: number): number {
  if (address & 3) return address;
  const pc = cpu.pc & ~1;
  const at = cpu.mmu.probe(cpu.mmu.current, pc, 'execute', (cpu.mode & MODE_USER) === 0);
  if (at < 0) return address;
  const word = cpu.i32[at >>> 2]!;
  if (!isUnaligned(word)) return address;
  const base = (word >>> 21) & 31;
  const given = ((base === 0 ? 0 : cpu.get(GENERAL[base]!)) + ((word << 16) >> 16)) | 0;
  return (given & ~3) === address ? given : address;
}

function addressFault(cpu: Cpu, address: number, vector: number): void {
  cpu.set(BAD_VADDR, address);
  enter(cpu, vector, VECTOR_GENERAL, 0);
}

/** BadVAddr, EntryHi.VPN2 and Context.BadVPN2 of a TLB exception. */
function noteAddress({ i32 }: Cpu, address: number): void {
  i32[BAD_VADDR_AT] = address;
  i32[ENTRY_HI_AT] = (address & 0xffff_e000) | (i32[ENTRY_HI_AT]! & 0xff);
  i32[CONTEXT_AT] = (i32[CONTEXT_AT]! & 0xff80_0000) | ((address >>> 13) << 4);
}

/** IsaBackend.interruptsEnabled. */
export function interruptsEnabled(cpu: Cpu): boolean {
  const status = cpu.get(STATUS);
  return (status & (STATUS_IE | STATUS_EXL | STATUS_ERL)) === STATUS_IE && (status & STATUS_IM) !== 0;
}

/** IsaBackend.deliverInterrupt. */
export function deliverInterrupt(cpu: Cpu, line: number): void {
  const pending = line === 0 ? IP_TIMER : IP_LINES;
  cpu.set(CAUSE, (cpu.get(CAUSE) & ~(CAUSE_IP & ~CAUSE_IP_SOFTWARE)) | pending);
  enter(cpu, INT, cpu.get(CAUSE) & CAUSE_IV ? VECTOR_INTERRUPT : VECTOR_GENERAL, 0);
}

/** Enters a handler. MIPS32 vol. III, 6.2.5: general exception processing. */
function enter(cpu: Cpu, code: number, offset: number, coprocessor: number): void {
  const { i32 } = cpu;
  const status = i32[STATUS_AT]!;
  let cause = i32[CAUSE_AT]! & ~(CAUSE_EXC_CODE | CAUSE_CE);
  if ((status & STATUS_EXL) === 0) {
    const inSlot = (cpu.pc & 1) !== 0;
    i32[EPC_AT] = inSlot ? (cpu.pc - 5) | 0 : addressOf(cpu);
    cause = inSlot ? cause | CAUSE_BD : cause & ~CAUSE_BD;
  }
  i32[CAUSE_AT] = cause | (code << 2) | (coprocessor << CAUSE_CE_SHIFT);
  i32[STATUS_AT] = status | STATUS_EXL;
  cpu.pc = ((status & STATUS_BEV ? BOOT_VECTORS : i32[EBASE_AT]! & 0xffff_f000) + offset) | 0;
  updateMode(cpu);
}
