import type { I32 } from '@kml/core';
import { defineRoutine } from '../host-functions.ts';
import { unprivilegedAccess } from '../system/unprivileged.ts';
import { addressOf } from './address.ts';
import { type Insn, LR, PC, SP } from './insn.ts';

type Loader = (x: Insn, address: I32) => I32;
type Storer = (x: Insn, address: I32, value: I32) => void;

/** A load of one register. Into r15 (words only) it is a branch that may change the instruction set. */
function load(access: Loader): (x: Insn) => void {
  return (x) => {
    const toPc = x.Rt === PC;
    if (toPc) x.endsBlock();
    const { address, writeBack } = addressOf(x);
    const value = access(x, address);
    if (writeBack !== undefined) x.set(x.Rn, writeBack);
    if (toPc) x.jumpTo(value, x.Rn === SP && writeBack !== undefined ? 'return' : 'jumpIndirect');
    else x.set(x.Rt, value);
  };
}

export const ldr = load((x, address) => x.load32(address));
export const ldrb = load((x, address) => x.load8u(address));
export const ldrh = load((x, address) => x.load16u(address));
export const ldrsb = load((x, address) => x.load8s(address));
export const ldrsh = load((x, address) => x.load16s(address));

/** A store of one register. */
function store(access: Storer): (x: Insn) => void {
  return (x) => {
    const { address, writeBack } = addressOf(x);
    access(x, address, x.get(x.Rt));
    if (writeBack !== undefined) x.set(x.Rn, writeBack);
  };
}

export const str = store((x, address, value) => x.store32(address, value));
export const strb = store((x, address, value) => x.store8(address, value));
export const strh = store((x, address, value) => x.store16(address, value));

/** The second register of LDRD and STRD: A32 has no field for it. */
const second = (x: Insn): number => (x.thumb ? x.Rt2 : x.Rt + 1);

/** An odd first register, or r14: UNPREDICTABLE in A32, taken as UNDEFINED. */
const isBadPair = (x: Insn): boolean => !x.thumb && ((x.Rt & 1) === 1 || x.Rt === LR);

/** LDRD: word-aligned. */
export function ldrd(x: Insn): void {
  if (isBadPair(x)) {
    x.undefined();
    return;
  }
  const { address, writeBack } = addressOf(x);
  x.checkAlignment(address, 4, false);
  const first = x.load32(address);
  const other = x.load32(x.addConst(address, 4));
  if (writeBack !== undefined) x.set(x.Rn, writeBack);
  x.set(x.Rt, first);
  x.set(second(x), other);
}

/** STRD: word-aligned. */
export function strd(x: Insn): void {
  if (isBadPair(x)) {
    x.undefined();
    return;
  }
  const { address, writeBack } = addressOf(x);
  x.checkAlignment(address, 4, true);
  x.store32(address, x.get(x.Rt));
  x.store32(x.addConst(address, 4), x.get(second(x)));
  if (writeBack !== undefined) x.set(x.Rn, writeBack);
}

const UNPRIVILEGED = defineRoutine(unprivilegedAccess);

/** LDRT, STRT and their like: the access has the rights of USR; r15 is UNPREDICTABLE. In USR mode they are the plain forms. */
function unprivileged(plain: (x: Insn) => void, kind: number): (x: Insn) => void {
  return (x) => {
    if (!x.privileged) {
      plain(x);
      return;
    }
    if (x.Rn === PC || x.Rt === PC) {
      x.undefined();
      return;
    }
    x.endsBlock();
    const { address, writeBack } = addressOf(x);
    const base = writeBack ?? x.get(x.Rn);
    x.system(UNPRIVILEGED, address, base, x.const(kind | (x.Rt << 4) | (x.Rn << 8)));
  };
}

export const ldrt = unprivileged(ldr, 0);
export const ldrbt = unprivileged(ldrb, 1);
export const ldrht = unprivileged(ldrh, 2);
export const ldrsbt = unprivileged(ldrsb, 3);
export const ldrsht = unprivileged(ldrsh, 4);
export const strt = unprivileged(str, 5);
export const strbt = unprivileged(strb, 6);
export const strht = unprivileged(strh, 7);

/** SWP, SWPB: the old value is read as a write would be. */
export function swp(x: Insn): void {
  x.endsBlock();
  const address = x.get(x.Rn);
  x.checkAlignment(address, 4, true);
  const old = x.b.load32W(address);
  x.b.store32(address, x.get(x.Rm));
  x.set(x.Rt, old);
}
export function swpb(x: Insn): void {
  x.endsBlock();
  const address = x.get(x.Rn);
  const old = x.b.load8uW(address);
  x.b.store8(address, x.get(x.Rm));
  x.set(x.Rt, old);
}
