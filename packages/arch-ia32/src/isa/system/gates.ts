/** Interrupt, trap and task gates: the way into a handler through the IDT. SDM vol. 3, 6.12. */
import type { Cpu } from '@kml/core';
import { GP, hasErrorCode, NP, TS } from '../vectors.ts';
import {
  ATTR_BIG,
  ATTR_PRESENT,
  dplOf,
  found,
  isCode,
  isConforming,
  isNullSelector,
  require,
  TYPE_INTERRUPT_GATE,
  TYPE_INTERRUPT_GATE16,
  TYPE_TASK_GATE,
  TYPE_TRAP_GATE,
  TYPE_TRAP_GATE16,
} from './descriptor.ts';
import { EFL, FLAG_IF, FLAG_NT, FLAG_RF, FLAG_TF, FLAG_VM, readEflags } from './eflags.ts';
import { enterFlatGate } from './fast-gate.ts';
import { updateMode } from './mode.ts';
import { BASE, cplOf, ESP, eipOf, IDTR_BASE, IDTR_LIMIT, SEG_CS, SEG_SS, SELECTOR } from './registers.ts';
import { checkStackSegment, setCodeFromFound, setFromFound } from './segments.ts';
import { pushed, pushOnStack, pushWords, setStackPointer } from './stack.ts';
import { innerStack, switchTask } from './task-switch.ts';

/** What comes through the gate. */
export type EventSource =
  /** INT n, INT3, INTO: the gate's DPL is checked. */
  | 'software'
  /** An exception found by the CPU. */
  | 'exception'
  /** An interrupt request line. */
  | 'external';

/** Error-code bits: the event came from outside the program; the index is of the IDT. SDM vol. 3, 6.13. */
const ERROR_EXT = 1;
const ERROR_IDT = 2;

const inner = { selector: 0, pointer: 0 };
/** The code segment looked up last, kept while the stack segment is looked up. */
const code = { address: 0, low: 0, high: 0, base: 0, limit: 0, attr: 0 };

/**
 * Enters the handler of `vector`; the interrupted program resumes at linear address `resume`. Throws
 * GuestFault with nothing changed if the gate, the handler's segment or its stack will not do.
 */
export function enterGate(cpu: Cpu, vector: number, source: EventSource, error: number, resume: number): void {
  const withError = source === 'exception' && hasErrorCode(vector);
  if (enterFlatGate(cpu, vector, source === 'software', isFault(vector, source), withError ? error : -1, resume))
    return;
  const ext = source === 'software' ? 0 : ERROR_EXT;
  const gateError = (vector << 3) | ERROR_IDT | ext;
  if ((vector << 3) + 7 > cpu.get(IDTR_LIMIT) >>> 0) cpu.fault(GP, gateError);
  const gate = (cpu.get(IDTR_BASE) + (vector << 3)) | 0;
  const low = cpu.virtual.read32(gate, true);
  const high = cpu.virtual.read32((gate + 4) | 0, true);
  const attr = (high >>> 8) & 0xff;
  const type = attr & 0x1f;
  if (!isEventGate(type)) cpu.fault(GP, gateError);
  if (source === 'software' && dplOf(attr) < cplOf(cpu)) cpu.fault(GP, gateError);
  if ((attr & ATTR_PRESENT) === 0) cpu.fault(NP, gateError);
  const selector = low >>> 16;
  if (type === TYPE_TASK_GATE) {
    switchTask(cpu, selector, 'nest', resume, ext);
    if (withError) pushErrorInNewTask(cpu, error);
    return;
  }
  const offset = (high & 0xffff_0000) | (low & 0xffff);
  const wide = (type & 8) !== 0;
  enterHandler(
    cpu,
    selector,
    wide ? offset : offset & 0xffff,
    wide,
    ext,
    withError,
    error,
    resume,
    isFault(vector, source),
  );
  let clear = FLAG_TF | FLAG_NT | FLAG_RF | FLAG_VM;
  if ((type & 1) === 0) clear |= FLAG_IF;
  cpu.set(EFL, cpu.get(EFL) & ~clear);
  updateMode(cpu);
}

function isEventGate(type: number): boolean {
  return (
    type === TYPE_INTERRUPT_GATE ||
    type === TYPE_TRAP_GATE ||
    type === TYPE_TASK_GATE ||
    type === TYPE_INTERRUPT_GATE16 ||
    type === TYPE_TRAP_GATE16
  );
}

/** Faults store EFLAGS with RF set, so that the restarted instruction passes its breakpoint. SDM vol. 3, 17.3.1.1. */
function isFault(vector: number, source: EventSource): boolean {
  return source === 'exception' && vector !== 1 && vector !== 3 && vector !== 4 && vector !== 8;
}

function pushErrorInNewTask(cpu: Cpu, error: number): void {
  pushed[0] = error;
  setStackPointer(cpu, pushOnStack(cpu, 1, true));
}

function enterHandler(
  cpu: Cpu,
  selector: number,
  offset: number,
  wide: boolean,
  ext: number,
  withError: boolean,
  error: number,
  resume: number,
  fault: boolean,
): void {
  const cpl = cplOf(cpu);
  const level = findCode(cpu, selector, ext);
  let count = 0;
  let end: number;
  let flags = readEflags(cpu) & ~FLAG_RF;
  if (fault) flags |= FLAG_RF;
  const oldCs = cpu.get(SELECTOR[SEG_CS]!);
  const eip = eipOf(cpu, resume);
  if (level < cpl) {
    innerStack(cpu, level, inner, ext);
    checkStackSegment(cpu, inner.selector, level, TS, ext);
    pushed[count++] = cpu.get(SELECTOR[SEG_SS]!);
    pushed[count++] = cpu.get(ESP);
    count = pushReturn(count, flags, oldCs, eip, withError, error);
    const top = found.attr & ATTR_BIG ? inner.pointer : inner.pointer & 0xffff;
    end = pushWords(cpu, found.base, found.limit, found.attr, top, count, wide, true, (inner.selector & 0xfffc) | ext);
    checkOffset(cpu, offset, ext);
    setFromFound(cpu, SEG_SS, inner.selector);
    cpu.set(ESP, inner.pointer);
  } else {
    count = pushReturn(0, flags, oldCs, eip, withError, error);
    checkOffset(cpu, offset, ext);
    end = pushOnStack(cpu, count, wide);
  }
  setStackPointer(cpu, end);
  restoreFound();
  setCodeFromFound(cpu, selector, level);
  cpu.pc = (cpu.get(BASE[SEG_CS]!) + offset) | 0;
}

function pushReturn(count: number, flags: number, cs: number, eip: number, withError: boolean, error: number): number {
  let n = count;
  pushed[n++] = flags;
  pushed[n++] = cs;
  pushed[n++] = eip;
  if (withError) pushed[n++] = error;
  return n;
}

/** Looks the handler's code segment up into `code`; the privilege level the handler runs at. */
function findCode(cpu: Cpu, selector: number, ext: number): number {
  const cpl = cplOf(cpu);
  const error = (selector & 0xfffc) | ext;
  if (isNullSelector(selector)) cpu.fault(GP, ext);
  require(cpu, selector, GP);
  const dpl = dplOf(found.attr);
  if (!isCode(found.attr) || dpl > cpl) cpu.fault(GP, error);
  if ((found.attr & ATTR_PRESENT) === 0) cpu.fault(NP, error);
  code.address = found.address;
  code.low = found.low;
  code.high = found.high;
  code.base = found.base;
  code.limit = found.limit;
  code.attr = found.attr;
  return isConforming(found.attr) ? cpl : dpl;
}

function restoreFound(): void {
  found.address = code.address;
  found.low = code.low;
  found.high = code.high;
  found.base = code.base;
  found.limit = code.limit;
  found.attr = code.attr;
}

function checkOffset(cpu: Cpu, offset: number, ext: number): void {
  if (offset >>> 0 > code.limit >>> 0) cpu.fault(GP, ext);
}
