/** Hardware task switching over 32-bit task-state segments. SDM vol. 3, chapter 7 (IA-32: "Task Management"). */
import type { Cpu } from '@kml/core';
import { GP, NP, TS } from '../vectors.ts';
import { loadAddressSpace } from './address-space.ts';
import {
  ATTR_PRESENT,
  dplOf,
  found,
  isCode,
  isConforming,
  isNullSelector,
  lookUp,
  require,
  setBusy,
  systemType,
  TYPE_LDT,
  TYPE_TSS_AVAILABLE,
  TYPE_TSS_BUSY,
} from './descriptor.ts';
import { FLAG_NT, readEflags, writeEflags } from './eflags.ts';
import { updateMode } from './mode.ts';
import {
  BASE,
  CR0,
  CR0_TS,
  eipOf,
  GDTR_BASE,
  GENERAL_SLOTS,
  LDTR,
  LDTR_ATTR,
  LDTR_BASE,
  LDTR_LIMIT,
  LIMIT,
  SEG_CS,
  SEG_DS,
  SEG_ES,
  SEG_FS,
  SEG_GS,
  SEG_SS,
  SELECTOR,
  TR,
  TR_ATTR,
  TR_BASE,
  TR_LIMIT,
} from './registers.ts';
import {
  checkStackSegment,
  loadSegment,
  setCodeFromFound,
  setFromFound,
  setNullSegment,
  setSegment,
} from './segments.ts';

/** Byte offsets in a 32-bit TSS. SDM vol. 3, figure 7-2. */
export const TSS = {
  link: 0x00,
  esp0: 0x04,
  ss0: 0x08,
  cr3: 0x1c,
  eip: 0x20,
  eflags: 0x24,
  /** EAX, then the others in encoding order. */
  eax: 0x28,
  esp: 0x38,
  /** ES, then CS SS DS FS GS. */
  es: 0x48,
  cs: 0x4c,
  ldt: 0x60,
  ioMap: 0x66,
  size: 0x68,
} as const;

/** How a switch came about; decides about busy bits, the back link and NT. */
export type SwitchKind =
  /** JMP: the old task is no longer busy. */
  | 'jump'
  /** CALL or a task gate in the IDT: the old task stays busy and is linked. */
  | 'nest'
  /** IRET with NT: back along the link. */
  | 'return';

/**
 * Switches to the task of a TSS selector, which the caller has checked for privilege. The old task
 * resumes at linear address `resume`. Faults before the switch leave everything as it was; those in
 * loading the new task's segments are raised in the new task. SDM vol. 3, 7.3.
 */
export function switchTask(cpu: Cpu, selector: number, kind: SwitchKind, resume: number, extra = 0): void {
  checkTss(cpu, selector, kind, extra);
  const descriptor = found.address;
  const { base, limit, attr } = found;
  const oldSelector = cpu.get(TR);
  cpu.virtual.probeRead(base, TSS.size, true);
  cpu.virtual.probeWrite(base, 4, true);
  saveTask(cpu, kind === 'return', resume);
  if (kind !== 'nest') setBusy(cpu, (cpu.get(GDTR_BASE) + (oldSelector & 0xfff8)) | 0, false);
  if (kind !== 'return') setBusy(cpu, descriptor, true);
  if (kind === 'nest') cpu.virtual.write16(base, oldSelector, true);
  cpu.set(TR, selector & 0xffff);
  cpu.set(TR_BASE, base);
  cpu.set(TR_LIMIT, limit);
  cpu.set(TR_ATTR, attr | 2);
  cpu.set(CR0, cpu.get(CR0) | CR0_TS);
  loadTask(cpu, base, kind === 'nest');
}

/** Checks the incoming TSS's descriptor and leaves it in `found`. */
function checkTss(cpu: Cpu, selector: number, kind: SwitchKind, extra: number): void {
  const vector = kind === 'return' ? TS : GP;
  const error = (selector & 0xfffc) | extra;
  if (isNullSelector(selector) || selector & 4 || !lookUp(cpu, selector)) cpu.fault(vector, error);
  const wanted = kind === 'return' ? TYPE_TSS_BUSY : TYPE_TSS_AVAILABLE;
  if (systemType(found.attr) !== wanted) cpu.fault(vector, error);
  if ((found.attr & ATTR_PRESENT) === 0) cpu.fault(NP, error);
  if (found.limit >>> 0 < TSS.size - 1) cpu.fault(TS, error);
}

function saveTask(cpu: Cpu, returning: boolean, resume: number): void {
  const base = cpu.get(TR_BASE);
  const write = (offset: number, value: number) => cpu.virtual.write32((base + offset) | 0, value, true);
  cpu.virtual.probeWrite(base, TSS.size, true);
  const flags = readEflags(cpu);
  write(TSS.eip, eipOf(cpu, resume));
  write(TSS.eflags, returning ? flags & ~FLAG_NT : flags);
  for (let n = 0; n < 8; n++) write(TSS.eax + 4 * n, cpu.get(GENERAL_SLOTS[n]!));
  for (let n = 0; n < 6; n++) write(TSS.es + 4 * n, cpu.get(SELECTOR[n]!));
}

function loadTask(cpu: Cpu, base: number, nested: boolean): void {
  const read = (offset: number) => cpu.virtual.read32((base + offset) | 0, true);
  const ldt = read(TSS.ldt) & 0xffff;
  const cr3 = read(TSS.cr3);
  const eip = read(TSS.eip);
  const flags = read(TSS.eflags);
  const segments = [0, 1, 2, 3, 4, 5].map((n) => read(TSS.es + 4 * n) & 0xffff);
  for (let n = 0; n < 8; n++) cpu.set(GENERAL_SLOTS[n]!, read(TSS.eax + 4 * n));
  loadAddressSpace(cpu, cr3);
  writeEflags(cpu, nested ? flags | FLAG_NT : flags);
  // Until its descriptor is loaded no segment may be used; CPL is that of the new CS from here on.
  for (let n = 0; n < 6; n++) setNullSegment(cpu, n, segments[n]!);
  setSegment(cpu, SEG_CS, segments[SEG_CS]!, 0, -1, 0);
  cpu.pc = eip;
  loadLdt(cpu, ldt);
  loadCode(cpu, segments[SEG_CS]!, eip);
  updateMode(cpu);
  checkStackSegment(cpu, segments[SEG_SS]!, segments[SEG_CS]! & 3, TS);
  setFromFound(cpu, SEG_SS, segments[SEG_SS]!);
  for (const n of [SEG_DS, SEG_ES, SEG_FS, SEG_GS]) loadSegment(cpu, n, segments[n]!, TS);
  updateMode(cpu);
}

function loadLdt(cpu: Cpu, selector: number): void {
  cpu.set(LDTR, selector);
  cpu.set(LDTR_ATTR, 0);
  if (isNullSelector(selector)) return;
  require(cpu, selector, TS);
  if (selector & 4 || systemType(found.attr) !== TYPE_LDT || (found.attr & ATTR_PRESENT) === 0) {
    cpu.fault(TS, selector & 0xfffc);
  }
  cpu.set(LDTR_BASE, found.base);
  cpu.set(LDTR_LIMIT, found.limit);
  cpu.set(LDTR_ATTR, found.attr);
}

function loadCode(cpu: Cpu, selector: number, eip: number): void {
  const error = selector & 0xfffc;
  if (isNullSelector(selector)) cpu.fault(TS, error);
  require(cpu, selector, TS);
  const dpl = dplOf(found.attr);
  const rpl = selector & 3;
  const fits = isConforming(found.attr) ? dpl <= rpl : dpl === rpl;
  if (!isCode(found.attr) || !fits) cpu.fault(TS, error);
  if ((found.attr & ATTR_PRESENT) === 0) cpu.fault(NP, error);
  setCodeFromFound(cpu, selector, rpl);
  if (eip >>> 0 > cpu.get(LIMIT[SEG_CS]!) >>> 0) cpu.fault(GP, 0);
  cpu.pc = (cpu.get(BASE[SEG_CS]!) + eip) | 0;
}

/** Selector in the back link of the present task. */
export function backLink(cpu: Cpu): number {
  return cpu.virtual.read16(cpu.get(TR_BASE), true);
}

/** Stack for privilege level `level` out of the present TSS, as [selector, pointer]. Raises #TS if the TSS has no such entry. */
export function innerStack(cpu: Cpu, level: number, into: { selector: number; pointer: number }, extra = 0): void {
  const offset = TSS.esp0 + 8 * level;
  if (offset + 7 > cpu.get(TR_LIMIT) >>> 0) cpu.fault(TS, (cpu.get(TR) & 0xfffc) | extra);
  const at = (cpu.get(TR_BASE) + offset) | 0;
  into.pointer = cpu.virtual.read32(at, true);
  into.selector = cpu.virtual.read32((at + 4) | 0, true) & 0xffff;
}
