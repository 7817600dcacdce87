/** Loads and stores of floating-point registers. ARM ARM DDI0406C A7.6. */
import type { I32, V128 } from '@kml/core';
import { type Insn, PC } from '../lift/insn.ts';
import { beginFloat } from './begin.ts';
import { getD, getQ, getS, getS32, setD, setQ, setS, setS32 } from './registers.ts';

type Handler = (x: Insn) => void;

/** Rn, the PC aligned. */
function base(x: Insn): I32 {
  return x.Rn === PC ? x.const(x.literalBase) : x.get(x.Rn);
}

function offsetAddress(x: Insn): I32 {
  const address = x.addConst(base(x), x.U ? 4 * x.imm : -4 * x.imm);
  return address;
}

/** The double at an address, to write into Dn once nothing can fault any more. */
export function loadDouble(x: Insn, address: I32): (n: number) => void {
  const ir = x.b;
  if (x.guard === undefined) {
    const value = ir.loadF64(address);
    return (n) => setD(x, n, value);
  }
  const low = x.load32(address);
  const high = x.load32(x.addConst(address, 4));
  return (n) => {
    const lane = 2 * (n & 1);
    setQ(x, n >> 1, ir.withLane32(ir.withLane32(getQ(x, n >> 1), low, lane), high, lane + 1));
  };
}

export function storeDouble(x: Insn, address: I32, n: number): void {
  const ir = x.b;
  if (x.guard === undefined) {
    ir.storeF64(address, getD(x, n));
    return;
  }
  const value = getQ(x, n >> 1);
  const lane = 2 * (n & 1);
  x.store32(address, ir.lane32(value, lane));
  x.store32(x.addConst(address, 4), ir.lane32(value, lane + 1));
}

/** VLDR. A8.8.333. */
export const loadSingleRegister: Handler = (x) => {
  if (!beginFloat(x)) return;
  const address = offsetAddress(x);
  x.checkAlignment(address, 4, false);
  if (x.guard === undefined) setS(x, x.Vd, x.b.loadF32(address));
  else setS32(x, x.Vd, x.load32(address));
};

export const loadDoubleRegister: Handler = (x) => {
  if (!beginFloat(x)) return;
  const address = offsetAddress(x);
  x.checkAlignment(address, 4, false);
  loadDouble(x, address)(x.Vd);
};

/** VSTR. A8.8.413. */
export const storeSingleRegister: Handler = (x) => {
  if (!beginFloat(x)) return;
  const address = offsetAddress(x);
  x.checkAlignment(address, 4, true);
  if (x.guard === undefined) x.b.storeF32(address, getS(x, x.Vd));
  else x.store32(address, getS32(x, x.Vd));
};

export const storeDoubleRegister: Handler = (x) => {
  if (!beginFloat(x)) return;
  const address = offsetAddress(x);
  x.checkAlignment(address, 4, true);
  storeDouble(x, address, x.Vd);
};

/** Where a multiple transfer begins, and what is written back. x.P: decrement before. */
function range(x: Insn): { start: I32; after: I32 } {
  const at = base(x);
  const after = x.addConst(at, x.P ? -4 * x.imm : 4 * x.imm);
  return { start: x.P ? after : at, after };
}

/** Registers: singles x.imm, doubles x.imm / 2 (FLDMX and FSTMX leave a word over). */
const doubles = (x: Insn): number => x.imm >> 1;

/** A row holds only for lists that lie within the registers. */
export const validSingles = (x: Insn): boolean => x.imm > 0 && x.Vd + x.imm <= 32;
export const validDoubles = (x: Insn): boolean => doubles(x) > 0 && doubles(x) <= 16 && x.Vd + doubles(x) <= 32;

/** VLDM, VPOP of singles. A8.8.332. */
export const loadSingles: Handler = (x) => {
  if (!beginFloat(x)) return;
  const { start, after } = range(x);
  x.checkAlignment(start, 4, false);
  if (x.imm === 1 && x.guard === undefined) setS(x, x.Vd, x.b.loadF32(start));
  else {
    const values = Array.from({ length: x.imm }, (_, i) => x.load32(x.addConst(start, 4 * i)));
    for (const [i, value] of values.entries()) setS32(x, x.Vd + i, value);
  }
  if (x.W) x.set(x.Rn, after);
};

/** VLDM, VPOP of doubles. Two that make a quad are loaded as one. */
export const loadDoubles: Handler = (x) => {
  if (!beginFloat(x)) return;
  const { start, after } = range(x);
  x.checkAlignment(start, 4, false);
  const writes: (() => void)[] = [];
  for (let i = 0; i < doubles(x); i++) {
    const n = x.Vd + i;
    const address = x.addConst(start, 8 * i);
    if (isPair(x, n, i)) {
      const value: V128 = x.b.loadV(address);
      writes.push(() => setQ(x, n >> 1, value));
      i++;
    } else {
      const write = loadDouble(x, address);
      writes.push(() => write(n));
    }
  }
  for (const write of writes) write();
  if (x.W) x.set(x.Rn, after);
};

/** Whether doubles n and n + 1 go as a quad. */
function isPair(x: Insn, n: number, i: number): boolean {
  return x.guard === undefined && (n & 1) === 0 && i + 1 < doubles(x);
}

/** VSTM, VPUSH of singles. A8.8.412. */
export const storeSingles: Handler = (x) => {
  if (!beginFloat(x)) return;
  const { start, after } = range(x);
  x.checkAlignment(start, 4, true);
  if (x.imm === 1 && x.guard === undefined) x.b.storeF32(start, getS(x, x.Vd));
  else for (let i = 0; i < x.imm; i++) x.store32(x.addConst(start, 4 * i), getS32(x, x.Vd + i));
  if (x.W) x.set(x.Rn, after);
};

/** VSTM, VPUSH of doubles. */
export const storeDoubles: Handler = (x) => {
  if (!beginFloat(x)) return;
  const { start, after } = range(x);
  x.checkAlignment(start, 4, true);
  for (let i = 0; i < doubles(x); i++) {
    const n = x.Vd + i;
    const address = x.addConst(start, 8 * i);
    if (isPair(x, n, i)) {
      x.b.storeV(address, getQ(x, n >> 1));
      i++;
    } else storeDouble(x, address, n);
  }
  if (x.W) x.set(x.Rn, after);
};
