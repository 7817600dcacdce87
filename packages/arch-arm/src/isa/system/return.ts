/** Exception return. ARM ARM DDI0406C B1.8.13. */
import type { Cpu } from '@kml/core';
import { MODE_M, NOT_RESERVED, reg } from '../state.ts';
import { spsrSlot } from './banks.ts';
import { pcOf, writeCpsr } from './psr.ts';

const EXCLUSIVE = reg('exclusive');

/** Goes on at `address` with the CPSR `psr`. */
export function returnTo(cpu: Cpu, address: number, psr: number): void {
  writeCpsr(cpu, psr);
  cpu.set(EXCLUSIVE, NOT_RESERVED);
  cpu.pc = pcOf(address, psr);
}

/** The return from the current mode that was lifted inline but does more than that can. */
export function returnAssist(cpu: Cpu, address: number): void {
  returnTo(cpu, address, cpu.get(spsrSlot(cpu.mode & MODE_M)!));
  cpu.leaveRequested = true;
}
