/**
 * Delivery of traps, faults and interrupts, with the rules for faults that come up while another is
 * being delivered. SDM vol. 3, chapter 6.
 */
import { type Cpu, GuestFault } from '@kml/core';
import { BP, DB, DE, DF, GP, hasErrorCode, IRQ_BASE, NP, OF, PF, SOFTWARE, SS, TS } from '../vectors.ts';
import { EFL, FLAG_IF } from './eflags.ts';
import { type EventSource, enterGate } from './gates.ts';
import { CR2, cplOf, DR6 } from './registers.ts';

/** Page-fault error code. SDM vol. 3, 4.7. */
export const PF_PRESENT = 0x1;
export const PF_WRITE = 0x2;
export const PF_USER = 0x4;
/** Instruction fetch, as a CPU with execute-disable reports it. */
export const PF_FETCH = 0x10;

/** DR6: single step. */
const DR6_BS = 0x4000;

type EventClass = 'benign' | 'contributory' | 'page';

/** SDM vol. 3, table 6-4. */
function classOf(vector: number): EventClass {
  if (vector === PF) return 'page';
  if (vector === DE || vector === TS || vector === NP || vector === SS || vector === GP) return 'contributory';
  return 'benign';
}

/** Whether `second`, raised while `first` is delivered, makes a double fault. SDM vol. 3, table 6-5. */
export function makesDoubleFault(first: number, second: number): boolean {
  const a = classOf(first);
  const b = classOf(second);
  if (a === 'contributory') return b === 'contributory';
  return a === 'page' && b !== 'benign';
}

/** IsaBackend.deliverTrap: `INT n` is vector SOFTWARE | n; anything else is an exception of the instruction at pc. */
export function deliverTrap(cpu: Cpu, vector: number, error: number, next: number): void {
  if (vector & SOFTWARE) {
    deliver(cpu, vector & 0xff, 'software', 0, next);
    return;
  }
  const trap = vector === DB || vector === BP || vector === OF;
  if (vector === PF) throw new RangeError('a page fault is delivered by deliverFault');
  deliver(cpu, vector, 'exception', error, trap ? next : cpu.pc);
}

/** IsaBackend.deliverFault: pc is the faulting instruction. */
export function deliverFault(cpu: Cpu, fault: GuestFault): void {
  if (fault.access === undefined) {
    deliver(cpu, fault.vector, 'exception', fault.error, cpu.pc);
    return;
  }
  const error = pageFault(cpu, fault, cplOf(cpu) === 3 && !fault.implied);
  deliver(cpu, PF, 'exception', error, cpu.pc);
}

/** IsaBackend.interruptsEnabled. */
export function interruptsEnabled(cpu: Cpu): boolean {
  return (cpu.get(EFL) & FLAG_IF) !== 0;
}

/** IsaBackend.deliverInterrupt: the line stays pending at the controller, so a delivery that ends in a double fault loses nothing. */
export function deliverInterrupt(cpu: Cpu, line: number): void {
  deliver(cpu, IRQ_BASE + line, 'external', 0, cpu.pc);
}

/** Raises #DB for single step behind an instruction that has completed: pc is its successor already. */
export function deliverStep(cpu: Cpu): void {
  cpu.set(DR6, cpu.get(DR6) | DR6_BS);
  deliver(cpu, DB, 'exception', 0, cpu.pc);
}

/** Loads CR2 and makes the error code. */
function pageFault(cpu: Cpu, fault: GuestFault, user: boolean): number {
  cpu.set(CR2, fault.address);
  let error = fault.present ? PF_PRESENT : 0;
  if (fault.access === 'write') error |= PF_WRITE;
  else if (fault.access === 'execute') error |= PF_FETCH;
  return user ? error | PF_USER : error;
}

/** Enters a handler; faults on the way are delivered in turn, become a double fault, or shut the CPU down. */
function deliver(cpu: Cpu, vector: number, source: EventSource, error: number, resume: number): void {
  const pc = cpu.pc;
  let first = vector;
  let from = source;
  let code = error;
  let back = resume;
  // Each round goes up a class (benign, contributory or page, double fault), but for serial faults of
  // different classes; those end too, since a page fault can only be followed by a double fault.
  for (;;) {
    try {
      enterGate(cpu, first, from, code, back);
      return;
    } catch (caught) {
      if (!(caught instanceof GuestFault)) throw caught;
      const second = caught.access === undefined ? caught.vector : PF;
      const secondError = caught.access === undefined ? caught.error : pageFault(cpu, caught, false);
      // INT 8 is a software interrupt like any other, whatever its vector.
      if (from === 'exception' && first === DF && classOf(second) !== 'benign') {
        cpu.shutdownReason = shutdownText(second, secondError, pc);
        cpu.leaveRequested = true;
        return;
      }
      const double = from === 'exception' && makesDoubleFault(first, second);
      // A fault of the new task after a task switch restarts in that task: pc has moved.
      back = cpu.pc;
      first = double ? DF : second;
      code = double || !hasErrorCode(first) ? 0 : secondError;
      from = 'exception';
    }
  }
}

function shutdownText(vector: number, error: number, pc: number): string {
  const hex = (value: number) => `0x${(value >>> 0).toString(16)}`;
  return `triple fault: vector ${vector}, error code ${hex(error)}, at ${hex(pc)}`;
}
