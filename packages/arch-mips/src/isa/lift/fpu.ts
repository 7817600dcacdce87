/** What all floating point instructions share. */
import { MODE_CU1 } from '../state.ts';
import { CPU } from '../vectors.ts';
import type { Insn } from './insn.ts';

/** Makes a handler that needs the FPU: Status.CU1. */
export const needFpu =
  (handler: (x: Insn) => void) =>
  (x: Insn): void => {
    if (x.mode & MODE_CU1) handler(x);
    else x.raise(CPU, 1);
  };
