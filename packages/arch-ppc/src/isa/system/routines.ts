/** Numbers of the system routines, for the `system` terminal. */
import { defineRoutine } from '../host-functions.ts';
import { GENERAL, reg } from '../state.ts';
import { loadAddressSpace } from './address-space.ts';
import { returnFromInterrupt } from './control.ts';
import { deliverTrace } from './deliver.ts';

const R = GENERAL.map(reg);
const SEGMENTS = Array.from({ length: 16 }, (_, number) => reg(`sr${number}`));

export const ROUTINE = {
  /** (address to go on at): ends an instruction under MSR.SE. */
  stepTo: defineRoutine((cpu, target) => {
    cpu.pc = target;
    deliverTrace(cpu);
  }),
  /** (id) */
  loadAddressSpace: defineRoutine((cpu, id, _b, _c, next) => {
    cpu.pc = next;
    loadAddressSpace(cpu, id);
  }),
  returnFromInterrupt: defineRoutine(returnFromInterrupt),
  /** (address, RT) */
  readSegment: defineRoutine((cpu, address, register, _c, next) => {
    cpu.set(R[register]!, cpu.get(SEGMENTS[address >>> 28]!));
    cpu.pc = next;
  }),
  /** (address, value) */
  writeSegment: defineRoutine((cpu, address, value, _c, next) => {
    cpu.set(SEGMENTS[address >>> 28]!, value);
    cpu.pc = next;
  }),
} as const;
