/** Numbers of the system routines, for the `system` terminal. */
import { defineRoutine } from '../host-functions.ts';
import { loadAddressSpace } from './address-space.ts';
import { returnFromInterrupt } from './control.ts';
import { deliverTrace } from './deliver.ts';
import { writeMsr } from './mode.ts';

export const ROUTINE = {
  /** (address to go on at): ends an instruction under MSR.SE. */
  stepTo: defineRoutine((cpu, target) => {
    cpu.pc = target;
    deliverTrace(cpu);
  }),
  /** (value) */
  writeMsr: defineRoutine((cpu, value, _b, _c, next) => {
    cpu.pc = next;
    writeMsr(cpu, value);
  }),
  /** (id) */
  loadAddressSpace: defineRoutine((cpu, id, _b, _c, next) => {
    cpu.pc = next;
    loadAddressSpace(cpu, id);
  }),
  returnFromInterrupt: defineRoutine(returnFromInterrupt),
} as const;
