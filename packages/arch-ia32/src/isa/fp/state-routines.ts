/** System routines behind FNSAVE, FRSTOR, FNSTENV, FLDENV, FXSAVE and FXRSTOR: (linear address, 16- or 32-bit form). */
import type { Cpu } from '@kml/core';
import { defineRoutine } from '../host-functions.ts';
import { MODE_CPL } from '../state.ts';
import { GP } from '../vectors.ts';
import { ENVIRONMENT_BYTES, loadEnvironment, loadFsave, STATE_BYTES, saveEnvironment, saveFsave } from './x87-image.ts';
import { control, initialize, setControlWord } from './x87-state.ts';
import { FXSAVE_WORDS, loadFxsaveWords, saveFxsaveWords } from './x87-words.ts';

const buffer = new DataView(new ArrayBuffer(4 * FXSAVE_WORDS));
const words = new Int32Array(buffer.buffer);

function supervisor(cpu: Cpu): boolean {
  return (cpu.mode & MODE_CPL) !== 3;
}

/** Reads guest memory into the buffer; faults before anything has changed. */
function read(cpu: Cpu, address: number, bytes: number): void {
  for (let i = 0; i < bytes; i++) buffer.setUint8(i, cpu.virtual.read8((address + i) | 0, supervisor(cpu)));
}

/** Writes the buffer to guest memory; faults before anything is written. */
function write(cpu: Cpu, address: number, bytes: number): void {
  cpu.virtual.probeWrite(address, bytes, supervisor(cpu));
  let i = 0;
  for (; i + 4 <= bytes; i += 4) cpu.virtual.write32((address + i) | 0, buffer.getInt32(i, true), supervisor(cpu));
  for (; i < bytes; i += 2) cpu.virtual.write16((address + i) | 0, buffer.getUint16(i, true), supervisor(cpu));
}

function formOf(bits: number): 16 | 32 {
  return bits === 16 ? 16 : 32;
}

/** FNSTENV: then masks all exceptions. */
export const STORE_ENVIRONMENT = defineRoutine((cpu, address, bits, _c, next) => {
  const form = formOf(bits);
  saveEnvironment(cpu, buffer, form);
  write(cpu, address, ENVIRONMENT_BYTES[form]);
  setControlWord(cpu, control(cpu) | 0x3f);
  cpu.pc = next;
});

export const LOAD_ENVIRONMENT = defineRoutine((cpu, address, bits, _c, next) => {
  const form = formOf(bits);
  read(cpu, address, ENVIRONMENT_BYTES[form]);
  loadEnvironment(cpu, buffer, form);
  cpu.pc = next;
});

/** FNSAVE: then initializes. */
export const SAVE_STATE = defineRoutine((cpu, address, bits, _c, next) => {
  const form = formOf(bits);
  saveFsave(cpu, buffer, form);
  write(cpu, address, STATE_BYTES[form]);
  initialize(cpu);
  cpu.pc = next;
});

export const RESTORE_STATE = defineRoutine((cpu, address, bits, _c, next) => {
  const form = formOf(bits);
  read(cpu, address, STATE_BYTES[form]);
  loadFsave(cpu, buffer, form);
  cpu.pc = next;
});

/** FXSAVE: the bytes behind XMM7 are left as they are. */
export const FX_SAVE = defineRoutine((cpu, address, _b, _c, next) => {
  if ((address & 15) !== 0) cpu.fault(GP, 0);
  saveFxsaveWords(cpu, words, 0);
  write(cpu, address, 4 * FXSAVE_WORDS);
  cpu.pc = next;
});

export const FX_RESTORE = defineRoutine((cpu, address, _b, _c, next) => {
  if ((address & 15) !== 0) cpu.fault(GP, 0);
  read(cpu, address, 4 * FXSAVE_WORDS);
  if (!loadFxsaveWords(cpu, words, 0)) cpu.fault(GP, 0);
  cpu.pc = next;
});
