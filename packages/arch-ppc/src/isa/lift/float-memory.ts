/** Floating-point loads and stores. PEM, 4.2.3.5. */

import { LOAD_SINGLE, STORE_SINGLE } from '../fp/operations.ts';
import { ASSIST } from '../vectors.ts';
import type { Insn } from './insn.ts';
import { type Addressing, effectiveAddress, updates } from './memory.ts';

type Handler = (x: Insn) => void;

/** Whether the form is valid and floating point on; otherwise raises what is due. */
function begin(x: Insn, form: Addressing): boolean {
  if (!x.floating()) return false;
  if (!updates(form) || x.ra !== 0) return true;
  x.illegal();
  return false;
}

/** LFS, LFD and their forms. A single that is a NaN is left to host code, for WebAssembly would quiet it. */
export function load(bytes: 4 | 8, form: Addressing): Handler {
  return (x) => {
    if (!begin(x, form)) return;
    const { b } = x;
    const address = effectiveAddress(x, form);
    if (bytes === 8) x.setFpr(x.rt, b.loadF64(address));
    else {
      const value = b.loadF32(address);
      b.trapIf(b.neF32(value, value), b.const(0), ASSIST + LOAD_SINGLE);
      x.setFpr(x.rt, b.promote(value));
    }
    if (updates(form)) x.setGpr(x.ra, address);
  };
}

/** STFS, STFD and their forms. What is no single, or a NaN, is left to host code. */
export function store(bytes: 4 | 8, form: Addressing): Handler {
  return (x) => {
    if (!begin(x, form)) return;
    const { b } = x;
    const address = effectiveAddress(x, form);
    const value = x.fpr(x.rt);
    if (bytes === 8) b.storeF64(address, value);
    else {
      const single = b.demote(value);
      b.trapIf(b.neF64(b.promote(single), value), b.const(0), ASSIST + STORE_SINGLE);
      b.storeF32(address, single);
    }
    if (updates(form)) x.setGpr(x.ra, address);
  };
}

/** STFIWX: the low word. */
export function storeInteger(x: Insn): void {
  if (!begin(x, 'X')) return;
  x.b.store32(effectiveAddress(x, 'X'), x.b.wrap(x.b.bitsOfF64(x.fpr(x.rt))));
}
