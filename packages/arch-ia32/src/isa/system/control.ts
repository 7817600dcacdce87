/** Control and debug registers, model-specific registers, and the descriptor-table registers. SDM vol. 3, 2.5 to 2.8. */
import type { Cpu } from '@kml/core';
import { GP, NP } from '../vectors.ts';
import { loadAddressSpace } from './address-space.ts';
import {
  ATTR_PRESENT,
  found,
  isNullSelector,
  require,
  setBusy,
  systemType,
  TYPE_LDT,
  TYPE_TSS_AVAILABLE,
} from './descriptor.ts';
import { updateMode } from './mode.ts';
import {
  CR0,
  CR0_AM,
  CR0_CD,
  CR0_EM,
  CR0_ET,
  CR0_MP,
  CR0_NE,
  CR0_NW,
  CR0_PE,
  CR0_PG,
  CR0_TS,
  CR0_WP,
  CR2,
  CR4,
  CR4_DEFINED,
  CR4_PCE,
  cplOf,
  DR6,
  DR7,
  EAX,
  ECX,
  EDX,
  GDTR_BASE,
  GDTR_LIMIT,
  IDTR_BASE,
  IDTR_LIMIT,
  LDTR,
  LDTR_ATTR,
  LDTR_BASE,
  LDTR_LIMIT,
  SYSENTER_CS,
  SYSENTER_EIP,
  SYSENTER_ESP,
  TR,
  TR_ATTR,
  TR_BASE,
  TR_LIMIT,
} from './registers.ts';

const CR0_DEFINED = CR0_PE | CR0_MP | CR0_EM | CR0_TS | CR0_ET | CR0_NE | CR0_WP | CR0_AM | CR0_NW | CR0_CD | CR0_PG;

/** MOV CRn, r32. Leaving protected mode or paging shuts the CPU down: neither real mode nor unpaged memory exists here. */
export function writeControl(cpu: Cpu, number: number, value: number, _c: number, next: number): void {
  if (number === 0) writeCr0(cpu, value);
  else if (number === 2) cpu.set(CR2, value);
  else if (number === 3) loadAddressSpace(cpu, value);
  else {
    if (value & ~CR4_DEFINED) cpu.fault(GP, 0);
    cpu.set(CR4, value);
    updateMode(cpu);
  }
  cpu.pc = next;
}

function writeCr0(cpu: Cpu, value: number): void {
  if (value & CR0_PG && (value & CR0_PE) === 0) cpu.fault(GP, 0);
  if (value & CR0_NW && (value & CR0_CD) === 0) cpu.fault(GP, 0);
  if ((value & CR0_PE) === 0 || (value & CR0_PG) === 0) {
    cpu.shutdownReason = `CR0 loaded with 0x${(value >>> 0).toString(16)}: protected mode or paging switched off`;
    cpu.leaveRequested = true;
    return;
  }
  cpu.set(CR0, (value & CR0_DEFINED) | CR0_ET);
  updateMode(cpu);
}

/** LMSW: the low four bits of CR0, of which PE can only be set. */
export function loadMachineStatus(cpu: Cpu, value: number, _b: number, _c: number, next: number): void {
  const old = cpu.get(CR0);
  writeCr0(cpu, (old & ~(CR0_MP | CR0_EM | CR0_TS)) | (value & (CR0_PE | CR0_MP | CR0_EM | CR0_TS)) | (old & CR0_PE));
  cpu.pc = next;
}

/** CLTS. */
export function clearTaskSwitched(cpu: Cpu, _a: number, _b: number, _c: number, next: number): void {
  cpu.set(CR0, cpu.get(CR0) & ~CR0_TS);
  updateMode(cpu);
  cpu.pc = next;
}

/** Bits of DR6 and DR7 that always read as 1. SDM vol. 3, figure 17-1. */
const DR6_ONES = 0xffff_0ff0 | 0;
const DR7_ONES = 0x400;

/** MOV DR6 or DR7, r32: kept and read back; no breakpoint is ever taken. */
export function writeDebugControl(cpu: Cpu, number: number, value: number, _c: number, next: number): void {
  if (number === 6) cpu.set(DR6, (value & 0xe00f) | DR6_ONES);
  else cpu.set(DR7, (value & 0xffff_2bff) | DR7_ONES);
  cpu.pc = next;
}

const MSR_TSC = 0x10;
const MSR_PLATFORM_ID = 0x17;
const MSR_UCODE_REVISION = 0x8b;
const MSR_SYSENTER_CS = 0x174;
const MSR_SYSENTER_ESP = 0x175;
const MSR_SYSENTER_EIP = 0x176;
const MSR_MISC_ENABLE = 0x1a0;

/** RDMSR. A register that there is not is #GP(0). */
export function readMsr(cpu: Cpu, _a: number, _b: number, _c: number, next: number): void {
  let low = 0;
  let high = 0;
  switch (cpu.get(ECX)) {
    case MSR_TSC: {
      const cycles = cpu.clock.cycles();
      low = cycles | 0;
      high = Math.floor(cycles / 0x1_0000_0000) | 0;
      break;
    }
    case MSR_SYSENTER_CS:
      low = cpu.get(SYSENTER_CS);
      break;
    case MSR_SYSENTER_ESP:
      low = cpu.get(SYSENTER_ESP);
      break;
    case MSR_SYSENTER_EIP:
      low = cpu.get(SYSENTER_EIP);
      break;
    case MSR_PLATFORM_ID:
    case MSR_UCODE_REVISION:
      break;
    case MSR_MISC_ENABLE:
      low = 1;
      break;
    default:
      cpu.fault(GP, 0);
  }
  cpu.set(EAX, low);
  cpu.set(EDX, high);
  cpu.pc = next;
}

/** WRMSR. Only the SYSENTER registers can be written. */
export function writeMsr(cpu: Cpu, _a: number, _b: number, _c: number, next: number): void {
  const value = cpu.get(EAX);
  switch (cpu.get(ECX)) {
    case MSR_SYSENTER_CS:
      cpu.set(SYSENTER_CS, value);
      break;
    case MSR_SYSENTER_ESP:
      cpu.set(SYSENTER_ESP, value);
      break;
    case MSR_SYSENTER_EIP:
      cpu.set(SYSENTER_EIP, value);
      break;
    default:
      cpu.fault(GP, 0);
  }
  cpu.pc = next;
}

/** Performance counters of a Pentium 4; all of them stand at 0. */
const COUNTERS = 18;

/** RDPMC: at CPL 3 only where CR4.PCE is set. */
export function readCounter(cpu: Cpu, _a: number, _b: number, _c: number, next: number): void {
  if (cplOf(cpu) !== 0 && (cpu.get(CR4) & CR4_PCE) === 0) cpu.fault(GP, 0);
  if ((cpu.get(ECX) & 0x7fff_ffff) >= COUNTERS) cpu.fault(GP, 0);
  cpu.set(EAX, 0);
  cpu.set(EDX, 0);
  cpu.pc = next;
}

/** LGDT. */
export function loadGdtr(cpu: Cpu, limit: number, base: number, _c: number, next: number): void {
  cpu.set(GDTR_LIMIT, limit & 0xffff);
  cpu.set(GDTR_BASE, base);
  cpu.pc = next;
}

/** LIDT. */
export function loadIdtr(cpu: Cpu, limit: number, base: number, _c: number, next: number): void {
  cpu.set(IDTR_LIMIT, limit & 0xffff);
  cpu.set(IDTR_BASE, base);
  cpu.pc = next;
}

/** LLDT. */
export function loadLdtr(cpu: Cpu, selector: number, _b: number, _c: number, next: number): void {
  const value = selector & 0xffff;
  if (isNullSelector(value)) {
    cpu.set(LDTR_ATTR, 0);
  } else {
    if (value & 4) cpu.fault(GP, value & 0xfffc);
    require(cpu, value);
    if (systemType(found.attr) !== TYPE_LDT) cpu.fault(GP, value & 0xfffc);
    if ((found.attr & ATTR_PRESENT) === 0) cpu.fault(NP, value & 0xfffc);
    cpu.set(LDTR_BASE, found.base);
    cpu.set(LDTR_LIMIT, found.limit);
    cpu.set(LDTR_ATTR, found.attr);
  }
  cpu.set(LDTR, value);
  cpu.pc = next;
}

/** LTR: marks the TSS busy. */
export function loadTaskRegister(cpu: Cpu, selector: number, _b: number, _c: number, next: number): void {
  const value = selector & 0xffff;
  if (isNullSelector(value)) cpu.fault(GP, 0);
  if (value & 4) cpu.fault(GP, value & 0xfffc);
  require(cpu, value);
  if (systemType(found.attr) !== TYPE_TSS_AVAILABLE) cpu.fault(GP, value & 0xfffc);
  if ((found.attr & ATTR_PRESENT) === 0) cpu.fault(NP, value & 0xfffc);
  setBusy(cpu, found.address, true);
  cpu.set(TR, value);
  cpu.set(TR_BASE, found.base);
  cpu.set(TR_LIMIT, found.limit);
  cpu.set(TR_ATTR, found.attr | 2);
  cpu.pc = next;
}
