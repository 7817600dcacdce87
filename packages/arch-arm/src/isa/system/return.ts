/** Exception return. ARM ARM DDI0406C B1.8.13. */
import type { Cpu } from '@kml/core';
import { NOT_RESERVED, reg } from '../state.ts';
import { pcOf, writeCpsr } from './psr.ts';

const EXCLUSIVE = reg('exclusive');

/** Goes on at `address` with the CPSR `psr`. */
export function returnTo(cpu: Cpu, address: number, psr: number): void {
  writeCpsr(cpu, psr);
  cpu.set(EXCLUSIVE, NOT_RESERVED);
  cpu.pc = pcOf(address, psr);
}
