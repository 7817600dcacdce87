/** Numbers of the privileged side's system routines, for the `system` terminal. */
import { defineRoutine } from '../host-functions.ts';
import { MODE_FP_ONCE } from '../state.ts';
import {
  clearTaskSwitched,
  loadGdtr,
  loadIdtr,
  loadLdtr,
  loadMachineStatus,
  loadTaskRegister,
  readCounter,
  readMsr,
  writeControl,
  writeDebugControl,
  writeMsr,
} from './control.ts';
import { deliverStep } from './deliver.ts';
import { callFar, jumpFar, retFar } from './far-transfer.ts';
import { sysenter, sysexit } from './fast-call.ts';
import { enableInterrupts, popFlags } from './flags-routines.ts';
import { halt } from './halt.ts';
import { iret } from './iret.ts';
import { portIn, portInString, portOut, portOutString } from './port-io.ts';
import { loadFarPointer, moveToSegment, popSegment } from './segment-routines.ts';
import { loadAccessRights, loadSegmentLimit, verify } from './selector-checks.ts';

export const ROUTINE = {
  /** (segment, selector) */
  moveToSegment: defineRoutine(moveToSegment),
  /** (segment, wide) */
  popSegment: defineRoutine(popSegment),
  /** (selector, offset, segment | register << 3 | wide << 6) */
  loadFarPointer: defineRoutine(loadFarPointer),
  /** (selector, offset) */
  jumpFar: defineRoutine(jumpFar),
  /** (selector, offset, wide) */
  callFar: defineRoutine(callFar),
  /** (bytes of arguments to release, wide) */
  retFar: defineRoutine(retFar),
  /** (wide) */
  iret: defineRoutine(iret),
  /** (wide) */
  popFlags: defineRoutine(popFlags),
  enableInterrupts: defineRoutine(enableInterrupts),
  halt: defineRoutine(halt),
  sysenter: defineRoutine(sysenter),
  sysexit: defineRoutine(sysexit),
  /** (number, value) */
  writeControl: defineRoutine(writeControl),
  /** (number, value) */
  writeDebugControl: defineRoutine(writeDebugControl),
  loadMachineStatus: defineRoutine(loadMachineStatus),
  clearTaskSwitched: defineRoutine(clearTaskSwitched),
  readMsr: defineRoutine(readMsr),
  writeMsr: defineRoutine(writeMsr),
  readCounter: defineRoutine(readCounter),
  /** (limit, base) */
  loadGdtr: defineRoutine(loadGdtr),
  loadIdtr: defineRoutine(loadIdtr),
  /** (selector) */
  loadLdtr: defineRoutine(loadLdtr),
  loadTaskRegister: defineRoutine(loadTaskRegister),
  /** (selector, destination register | WIDE) */
  loadAccessRights: defineRoutine(loadAccessRights),
  loadSegmentLimit: defineRoutine(loadSegmentLimit),
  /** (selector, write) */
  verify: defineRoutine(verify),
  /** (port, bytes) */
  portIn: defineRoutine(portIn),
  portOut: defineRoutine(portOut),
  /** (linear address, bytes, STRING_*) */
  portInString: defineRoutine(portInString),
  portOutString: defineRoutine(portOutString),
  /**
   * (linear address to go on at): ends an instruction under EFLAGS.TF. Sets pc there and raises #DB.
   */
  stepTo: defineRoutine((cpu, target) => {
    cpu.pc = target;
    deliverStep(cpu);
  }),
  /** (linear address to go on at): ends an instruction under MODE_FP_ONCE. */
  endOnce: defineRoutine((cpu, target) => {
    cpu.mode &= ~MODE_FP_ONCE;
    cpu.pc = target;
  }),
} as const;
