/** Loads and stores of elements and structures. ARM ARM DDI0406C A7.7, A8.8.320 to A8.8.331, A8.8.404 to A8.8.411. */
import type { I32, V128 } from '@kml/core';
import type { Insn } from '../lift/insn.ts';
import { beginFloat } from '../vfp/begin.ts';
import { getQ, setQ } from '../vfp/registers.ts';
import type { Handler } from './integer.ts';
import { getDouble, getPair, setDouble } from './vectors.ts';

const NO_INDEX = 15;
const AFTER = 13;

/** Writes the base back: by what was transferred, or by Rm. */
function writeBack(x: Insn, address: I32, bytes: number): void {
  if (x.Rm === NO_INDEX) return;
  x.set(x.Rn, x.Rm === AFTER ? x.addConst(address, bytes) : x.add(address, x.get(x.Rm)));
}

function checkAlignment(x: Insn, address: I32, bytes: number, write: boolean): void {
  if (bytes > 1) x.checkAlignment(address, bytes, write);
}

// ---- pieces of memory, under the instruction's condition

/** 16 bytes; or 8, in the lower half. */
function loadBytes(x: Insn, address: I32, bytes: 8 | 16): V128 {
  const ir = x.b;
  if (x.guard === undefined) return bytes === 16 ? ir.loadV(address) : ir.splat64(ir.load64(address));
  let value = ir.splat32(x.load32(address));
  for (let i = 1; i < bytes / 4; i++) value = ir.withLane32(value, x.load32(x.addConst(address, 4 * i)), i);
  return value;
}

function storeBytes(x: Insn, address: I32, value: V128, bytes: 8 | 16): void {
  const ir = x.b;
  if (x.guard === undefined) {
    if (bytes === 16) ir.storeV(address, value);
    else ir.store64(address, ir.lane64(value, 0));
    return;
  }
  for (let i = 0; i < bytes / 4; i++) x.store32(x.addConst(address, 4 * i), ir.lane32(value, i));
}

// ---- multiple structures

/** How structures lie in registers: `elements` of a structure, `registers` for each element, `spacing` between elements. */
export interface Structures {
  readonly elements: 1 | 2 | 3 | 4;
  readonly registers: 1 | 2 | 3 | 4;
  readonly spacing: 1 | 2;
}

/** Registers an instruction transfers. */
export const registersOf = ({ elements, registers, spacing }: Structures): number =>
  elements === 1 ? registers : (elements - 1) * spacing + registers;

/** Bytes that multiple structures are to be aligned to; 1 for none. */
export const multipleAlignment = (x: Insn): number => (x.align === 0 ? 1 : 4 << x.align);

/** Bytes of 8 * elements, as one vector or two. */
type Piece = { readonly low: V128; readonly high: V128 };

function loadPiece(x: Insn, address: I32, elements: number): Piece {
  const low = loadBytes(x, address, elements === 1 ? 8 : 16);
  if (elements < 3) return { low, high: low };
  return { low, high: loadBytes(x, x.addConst(address, 16), elements === 3 ? 8 : 16) };
}

/** Bytes of element `element` of the structures in a piece, for the lower half of a vector. */
function gather(x: Insn, { low, high }: Piece, element: number, elements: number): V128 {
  const width = 1 << x.size;
  const lanes = Array.from({ length: 16 }, (_, i) => {
    const lane = Math.floor((i % 8) / width);
    return (lane * elements + element) * width + (i % width);
  });
  return x.b.shuffle(low, high, lanes);
}

/** VLD1 to VLD4, multiple structures. */
export function load(structures: Structures): Handler {
  const { elements, registers, spacing } = structures;
  return (x) => {
    if (!beginFloat(x)) return;
    const address = x.get(x.Rn);
    checkAlignment(x, address, multipleAlignment(x), false);
    if (elements === 1) {
      loadPlain(x, address, registers);
    } else {
      const pieces = Array.from({ length: registers }, (_, r) =>
        loadPiece(x, x.addConst(address, 8 * elements * r), elements),
      );
      for (const [r, piece] of pieces.entries()) {
        for (let e = 0; e < elements; e++) setDouble(x, x.Vd + r + e * spacing, gather(x, piece, e, elements));
      }
    }
    writeBack(x, address, 8 * elements * registers);
  };
}

/** VLD1: registers as they are. */
function loadPlain(x: Insn, address: I32, registers: number): void {
  const loaded: { n: number; value: V128; whole: boolean }[] = [];
  for (let r = 0; r < registers; ) {
    const n = x.Vd + r;
    const whole = (n & 1) === 0 && r + 1 < registers;
    loaded.push({ n, value: loadBytes(x, x.addConst(address, 8 * r), whole ? 16 : 8), whole });
    r += whole ? 2 : 1;
  }
  for (const { n, value, whole } of loaded) {
    if (whole) setQ(x, n >> 1, value);
    else setDouble(x, n, value);
  }
}

/** VST1 to VST4, multiple structures. */
export function store(structures: Structures): Handler {
  const { elements, registers, spacing } = structures;
  return (x) => {
    if (!beginFloat(x)) return;
    const address = x.get(x.Rn);
    checkAlignment(x, address, multipleAlignment(x), true);
    if (elements === 1) storePlain(x, address, registers);
    else {
      for (let r = 0; r < registers; r++) {
        storePiece(x, x.addConst(address, 8 * elements * r), x.Vd + r, elements, spacing);
      }
    }
    writeBack(x, address, 8 * elements * registers);
  };
}

function storePlain(x: Insn, address: I32, registers: number): void {
  for (let r = 0; r < registers; ) {
    const n = x.Vd + r;
    const whole = (n & 1) === 0 && r + 1 < registers;
    storeBytes(x, x.addConst(address, 8 * r), whole ? getQ(x, n >> 1) : getDouble(x, n), whole ? 16 : 8);
    r += whole ? 2 : 1;
  }
}

/** Interleaves doubles n, n + spacing, … */
function storePiece(x: Insn, address: I32, n: number, elements: number, spacing: number): void {
  const width = 1 << x.size;
  const first = getPair(x, n, n + spacing);
  let rest = first;
  if (elements === 3) rest = getDouble(x, n + 2 * spacing);
  if (elements === 4) rest = getPair(x, n + 2 * spacing, n + 3 * spacing);
  const part = (from: number): V128 => {
    const lanes = Array.from({ length: 16 }, (_, i) => {
      const byte = (from + i) % (8 * elements);
      const element = Math.floor(byte / width) % elements;
      return 8 * element + Math.floor(byte / (width * elements)) * width + (byte % width);
    });
    return x.b.shuffle(first, rest, lanes);
  };
  storeBytes(x, address, part(0), 16);
  if (elements > 2) storeBytes(x, x.addConst(address, 16), part(16), elements === 3 ? 8 : 16);
}

// ---- single structures

function loadElement(x: Insn, address: I32): I32 {
  if (x.size === 0) return x.load8u(address);
  return x.size === 1 ? x.load16u(address) : x.load32(address);
}

function storeElement(x: Insn, address: I32, value: I32): void {
  if (x.size === 0) x.store8(address, value);
  else if (x.size === 1) x.store16(address, value);
  else x.store32(address, value);
}

/** Lane x.index of double n within its quad. */
const laneOf = (x: Insn, n: number): number => x.index + (n & 1) * (8 >> x.size);

function setElement(x: Insn, n: number, value: I32): void {
  const ir = x.b;
  const old = getQ(x, n >> 1);
  const lane = laneOf(x, n);
  if (x.size === 0) setQ(x, n >> 1, ir.withLane8(old, value, lane));
  else if (x.size === 1) setQ(x, n >> 1, ir.withLane16(old, value, lane));
  else setQ(x, n >> 1, ir.withLane32(old, value, lane));
}

function getElement(x: Insn, n: number): I32 {
  const value = getQ(x, n >> 1);
  const lane = laneOf(x, n);
  if (x.size === 0) return x.b.laneU8(value, lane);
  return x.size === 1 ? x.b.laneU16(value, lane) : x.b.lane32(value, lane);
}

/** Elements at consecutive addresses. */
function loadElements(x: Insn, address: I32, elements: number): I32[] {
  return Array.from({ length: elements }, (_, e) => loadElement(x, x.addConst(address, e << x.size)));
}

/** Bytes that a single structure is to be aligned to; 1 for none. */
export function laneAlignment(x: Insn, elements: number): number {
  if (x.align === 0) return 1;
  return elements === 4 && x.size === 2 ? 4 << x.align : elements << x.size;
}

/** VLD1 to VLD4 to one lane. x.index: the lane; x.width: spacing. */
export function loadLane(elements: number): Handler {
  return (x) => {
    if (!beginFloat(x)) return;
    const address = x.get(x.Rn);
    checkAlignment(x, address, laneAlignment(x, elements), false);
    const values = loadElements(x, address, elements);
    for (const [e, value] of values.entries()) setElement(x, x.Vd + e * x.width, value);
    writeBack(x, address, elements << x.size);
  };
}

/** VST1 to VST4 from one lane. */
export function storeLane(elements: number): Handler {
  return (x) => {
    if (!beginFloat(x)) return;
    const address = x.get(x.Rn);
    checkAlignment(x, address, laneAlignment(x, elements), true);
    for (let e = 0; e < elements; e++) {
      storeElement(x, x.addConst(address, e << x.size), getElement(x, x.Vd + e * x.width));
    }
    writeBack(x, address, elements << x.size);
  };
}

/** VLD1 to VLD4 to all lanes. VLD1 writes x.width registers, the others one for each element, x.width apart. */
export function loadAllLanes(elements: number): Handler {
  return (x) => {
    if (!beginFloat(x)) return;
    const ir = x.b;
    const address = x.get(x.Rn);
    checkAlignment(x, address, laneAlignment(x, elements), false);
    const values = loadElements(x, address, elements);
    for (const [e, value] of values.entries()) {
      const all = x.size === 0 ? ir.splat8(value) : x.size === 1 ? ir.splat16(value) : ir.splat32(value);
      if (elements > 1) setDouble(x, x.Vd + e * x.width, all);
      else for (let r = 0; r < x.width; r++) setDouble(x, x.Vd + r, all);
    }
    writeBack(x, address, elements << x.size);
  };
}
