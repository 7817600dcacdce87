/** Control instructions of the x87 that need no memory. */
import { defineHelper } from '../host-functions.ts';
import { FPU, layout } from '../state.ts';
import { initialize, setControlWord, setEmptyMask, setTop } from './x87-state.ts';

const STATUS = layout.array('fpu').offset + FPU.status;

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
