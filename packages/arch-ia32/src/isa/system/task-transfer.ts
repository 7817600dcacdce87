import { type Cpu, GuestFault } from '@kml/core';
import { deliverFault } from './deliver.ts';
import { TR } from './registers.ts';
import { type SwitchKind, switchTask } from './task-switch.ts';

/**
 * A task switch made by an instruction. A fault before the switch is the instruction's own; one in
 * loading the new task's segments belongs to the new task, whose first instruction it precedes, and is
 * delivered here. SDM vol. 3, 7.3.
 */
export function transferToTask(cpu: Cpu, selector: number, kind: SwitchKind, resume: number): void {
  const before = cpu.get(TR);
  try {
    switchTask(cpu, selector, kind, resume);
  } catch (fault) {
    if (!(fault instanceof GuestFault) || cpu.get(TR) === before) throw fault;
    deliverFault(cpu, fault);
  }
}
