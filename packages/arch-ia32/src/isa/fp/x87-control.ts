/** Control instructions of the x87 that need no memory. */
import type { Cpu } from '@kml/core';
import { defineHelper } from '../host-functions.ts';
import { FPU, layout, SSE_STATE } from '../state.ts';
import { initialize, setControlWord, setEmptyMask, setTop } from './x87-state.ts';

const STATUS = layout.array('fpu').offset + FPU.status;
const MXCSR = layout.array('sse').offset + SSE_STATE.mxcsr;

/** FLDCW; a: the word. */
export const X87_LOAD_CONTROL = defineHelper((cpu, word) => {
  setControlWord(cpu, word);
  return 0;
});

/** FNCLEX: clears the exception flags, SF, ES and B. */
export const X87_CLEAR = defineHelper((cpu) => {
  cpu.i32[(cpu.base + STATUS) >> 2]! &= 0x7f00;
  return 0;
});

export const X87_INITIALIZE = defineHelper((cpu) => {
  initialize(cpu);
  return 0;
});

/** EMMS: all registers empty, TOP 0 as after any MMX instruction. */
export const X87_FREE_ALL = defineHelper((cpu) => {
  setTop(cpu, 0);
  setEmptyMask(cpu, 0xff);
  return 0;
});

/** The floating-point state after reset as Linux gives it to a program: FNINIT's, MXCSR 1F80, registers 0. */
export function resetFloatingPoint(cpu: Cpu): void {
  const st = layout.array('st');
  cpu.u8.fill(0, cpu.base + st.offset, cpu.base + st.offset + st.bytes);
  initialize(cpu);
  cpu.i32[(cpu.base + MXCSR) >> 2] = 0x1f80;
  for (let n = 0; n < 8; n++) {
    const at = cpu.base + layout.slot(`xmm${n}`, 'v128').offset;
    cpu.u8.fill(0, at, at + 16);
  }
}
