import type { Cpu } from '@kml/core';
import { defineRoutine } from '../host-functions.ts';
import { GENERAL, MODE_USER, reg } from '../state.ts';
import { PROGRAM, PROGRAM_ILLEGAL } from '../vectors.ts';

const R = GENERAL.map(reg);
const XER_COUNT = reg('xerCount');

function supervisor(cpu: Cpu): boolean {
  return (cpu.mode & MODE_USER) === 0;
}

/** LSWX (address, RT, RA << 5 | RB). Loading RA or RB is an invalid form. PEM, 8.2. */
function loadString(cpu: Cpu, address: number, first: number, bases: number, next: number): void {
  const length = cpu.get(XER_COUNT);
  const registers = (length + 3) >> 2;
  const loads = (register: number) => ((register - first) & 31) < registers;
  const [ra, rb] = [bases >> 5, bases & 31];
  if ((ra !== 0 && loads(ra)) || loads(rb)) cpu.fault(PROGRAM, PROGRAM_ILLEGAL);
  const words = new Array<number>(registers).fill(0);
  for (let n = 0; n < length; n++) {
    const byte = cpu.virtual.read8((address + n) | 0, supervisor(cpu));
    words[n >> 2]! |= byte << (24 - 8 * (n & 3));
  }
  words.forEach((word, n) => {
    cpu.set(R[(first + n) & 31]!, word);
  });
  cpu.pc = next;
}

/** STSWX (address, RS). */
function storeString(cpu: Cpu, address: number, first: number, _bases: number, next: number): void {
  const length = cpu.get(XER_COUNT);
  if (length > 0) cpu.virtual.probeWrite(address, length, supervisor(cpu));
  for (let n = 0; n < length; n++) {
    const word = cpu.get(R[(first + (n >> 2)) & 31]!);
    cpu.virtual.write8((address + n) | 0, (word >>> (24 - 8 * (n & 3))) & 0xff, supervisor(cpu));
  }
  cpu.pc = next;
}

export const LOAD_STRING = defineRoutine(loadString);
export const STORE_STRING = defineRoutine(storeString);
