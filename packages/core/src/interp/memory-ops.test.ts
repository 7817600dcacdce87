import { describe, expect, it } from 'vitest';
import type { Value } from '../ir/block.ts';
import type { BlockBuilder } from '../ir/builder.ts';
import type { OpName } from '../ir/ops.ts';
import { PAGE_SHIFT } from '../memory/memory-map.ts';
import { PTE_PRESENT, PTE_WRITE } from '../memory/page-table.ts';
import type { Words } from '../testing/one-op.ts';
import { WORDS } from '../testing/one-op.ts';
import { Random } from '../testing/random.ts';
import { I32_SLOTS, I64_SLOTS, V_SLOTS } from '../testing/random-values.ts';
import { TOY_PAGE_FAULT, toyIsa } from '../testing/toy-isa.ts';
import { KERNEL_RX, KERNEL_TEXT, type ToyMachine, toyMachine, USER_CODE, USER_DATA } from '../testing/toy-machine.ts';

/** Loads and stores at all alignments and across pages, against plain bytes, in both byte orders. */
interface Shape {
  readonly bytes: number;
  readonly type: 'i32' | 'i64' | 'f32' | 'f64' | 'v128';
  readonly signed?: boolean;
  readonly write?: boolean;
}
const LOADS: Partial<Record<OpName, Shape>> = {
  load8u: { bytes: 1, type: 'i32' },
  load8s: { bytes: 1, type: 'i32', signed: true },
  load16u: { bytes: 2, type: 'i32' },
  load16s: { bytes: 2, type: 'i32', signed: true },
  load32: { bytes: 4, type: 'i32' },
  load64: { bytes: 8, type: 'i64' },
  loadF32: { bytes: 4, type: 'f32' },
  loadF64: { bytes: 8, type: 'f64' },
  loadV: { bytes: 16, type: 'v128' },
  load8uW: { bytes: 1, type: 'i32', write: true },
  load16uW: { bytes: 2, type: 'i32', write: true },
  load32W: { bytes: 4, type: 'i32', write: true },
  load64W: { bytes: 8, type: 'i64', write: true },
};
const STORES: Partial<Record<OpName, Shape>> = {
  store8: { bytes: 1, type: 'i32' },
  store16: { bytes: 2, type: 'i32' },
  store32: { bytes: 4, type: 'i32' },
  store64: { bytes: 8, type: 'i64' },
  storeF32: { bytes: 4, type: 'f32' },
  storeF64: { bytes: 8, type: 'f64' },
  storeV: { bytes: 16, type: 'v128' },
};
/** Accesses on a condition, which is given here. */
const LOADS_IF: Partial<Record<OpName, Shape>> = {
  load8uIf: { bytes: 1, type: 'i32' },
  load8sIf: { bytes: 1, type: 'i32', signed: true },
  load16uIf: { bytes: 2, type: 'i32' },
  load16sIf: { bytes: 2, type: 'i32', signed: true },
  load32If: { bytes: 4, type: 'i32' },
};
const STORES_IF: Partial<Record<OpName, Shape>> = {
  store8If: { bytes: 1, type: 'i32' },
  store16If: { bytes: 2, type: 'i32' },
  store32If: { bytes: 4, type: 'i32' },
};
const ALL_LOADS = { ...LOADS, ...LOADS_IF };
const ALL_STORES = { ...STORES, ...STORES_IF };
const [R0, R1] = I32_SLOTS;
type Method = (...args: unknown[]) => Value & number;

/** A machine whose only instruction accesses memory at r0 with that operation. */
function accessMachine(byteOrder: 'little' | 'big', name: OpName, shape: Shape): ToyMachine {
  const isa = toyIsa(byteOrder);
  const machine = toyMachine({
    isa: {
      ...isa,
      lift(context, pc) {
        context.builder.beginInstruction(pc, 1);
        // The trap handler goes round in place.
        if (context.kernelText) context.builder.endWith({ kind: 'jump', target: pc });
        else emit(context.builder, name, shape);
        return { kind: 'ok', length: 4 };
      },
    },
  });
  machine.setReg('vectorBase', KERNEL_TEXT);
  return machine;
}

function emit(b: BlockBuilder, name: OpName, shape: Shape): void {
  const call = (method: string, ...args: unknown[]) => (b as unknown as Record<string, Method>)[method]!(...args);
  const address = b.get(R0!);
  const condition = b.const(1);
  if (name in ALL_LOADS) {
    const value = name in LOADS ? call(name, address) : call(name, address, condition, b.const(0));
    if (shape.type === 'i32') b.set(value as never, R1!);
    else if (shape.type === 'f32') b.set(b.bitsOfF32(value as never), R1!);
    else if (shape.type === 'i64') b.set64(value as never, I64_SLOTS[0]!);
    else if (shape.type === 'f64') b.set64(b.bitsOfF64(value as never), I64_SLOTS[0]!);
    else b.setV(value as never, V_SLOTS[0]!);
  } else {
    const words = b.get64(I64_SLOTS[0]!);
    if (name in STORES_IF) call(name, address, b.get(R1!), condition);
    else if (shape.type === 'i32') call(name, address, b.get(R1!));
    else if (shape.type === 'f32') call(name, address, b.f32OfBits(b.get(R1!)));
    else if (shape.type === 'i64') call(name, address, words);
    else if (shape.type === 'f64') call(name, address, b.f64OfBits(words));
    else call(name, address, b.getV(V_SLOTS[0]!));
  }
  b.endWith({ kind: 'jump', target: USER_CODE });
}

/** Place of the value register of that type. */
function register(machine: ToyMachine, type: Shape['type']): number {
  const slot = type === 'v128' ? V_SLOTS[0]! : WORDS[type] === 2 ? I64_SLOTS[0]! : R1!;
  return (machine.cpu.base + slot.offset) >> 2;
}

/** Guest bytes as the words of a little-endian number. */
function numberOf(bytes: Uint8Array, bigEndian: boolean, shape: Shape): number[] {
  const ordered = bigEndian ? bytes.toReversed() : bytes;
  const padded = new Uint8Array(WORDS[shape.type] * 4);
  padded.set(ordered);
  if (shape.signed && ordered.at(-1)! >= 0x80) padded.fill(0xff, shape.bytes);
  return [...new Int32Array(padded.buffer)];
}

/** Offsets in the data pages: every alignment, the seam, random ones. */
const OFFSETS = [0, 1, 2, 3, 5, 8, 16, ...Array.from({ length: 17 }, (_, n) => 0xff0 + n), 0x1ff0 - 16];

function guestBytes(machine: ToyMachine, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(0x2000);
  machine.memory.readFrame(3, 0, bytes.subarray(0, 0x1000));
  machine.memory.readFrame(4, 0, bytes.subarray(0x1000));
  return bytes.subarray(offset, offset + length);
}

function fillData(machine: ToyMachine, random: Random): void {
  const page = new Uint8Array(4096);
  for (const frame of [3, 4]) {
    for (let i = 0; i < 4096; i++) page[i] = random.word();
    machine.memory.writeFrame(frame, 0, page);
  }
}

describe.each(['little', 'big'] as const)('%s-endian memory', (byteOrder) => {
  const bigEndian = byteOrder === 'big';

  it.each(Object.entries(ALL_LOADS))('%s', (name, shape) => {
    const machine = accessMachine(byteOrder, name as OpName, shape);
    fillData(machine, new Random(7));
    // Twice: first through the slow path, then through the table.
    for (const offset of [...OFFSETS, ...OFFSETS]) {
      machine.setReg('r0', USER_DATA + offset);
      machine.engine.run(1);
      const expected: Words = numberOf(guestBytes(machine, offset, shape.bytes), bigEndian, shape);
      const place = register(machine, shape.type);
      const actual = [...machine.cpu.i32.subarray(place, place + WORDS[shape.type])];
      expect({ offset, value: actual }).toEqual({ offset, value: expected });
    }
  });

  it.each(Object.entries(ALL_STORES))('%s', (name, shape) => {
    const random = new Random(8);
    const machine = accessMachine(byteOrder, name as OpName, shape);
    fillData(machine, random);
    for (const offset of [...OFFSETS, ...OFFSETS]) {
      const place = register(machine, shape.type);
      for (let word = 0; word < WORDS[shape.type]; word++) machine.cpu.i32[place + word] = random.word();
      const words = [...machine.cpu.i32.subarray(place, place + WORDS[shape.type])];
      const expected = guestBytes(machine, 0, 0x2000);
      const number = new Uint8Array(Int32Array.from(words).buffer).subarray(0, shape.bytes);
      expected.set(bigEndian ? number.toReversed() : number, offset);
      machine.setReg('r0', USER_DATA + offset);
      machine.engine.run(1);
      expect(Buffer.compare(guestBytes(machine, 0, 0x2000), expected)).toBe(0);
    }
  });

  it.each([...Object.entries(ALL_LOADS), ...Object.entries(ALL_STORES)])('%s faults precisely', (name, shape) => {
    const machine = accessMachine(byteOrder, name as OpName, shape);
    fillData(machine, new Random(9));
    const before = guestBytes(machine, 0, 0x2000);
    const writes = shape.write || name in ALL_STORES;
    for (let over = 1; over < shape.bytes; over++) {
      machine.cpu.pc = USER_CODE;
      machine.cpu.mode = 0;
      machine.setReg('r0', USER_DATA + 0x2000 - shape.bytes + over);
      const r1 = machine.reg('r1');
      machine.engine.run(1);
      expect([machine.reg('cause'), machine.reg('error')]).toEqual([TOY_PAGE_FAULT, writes ? 1 : 0]);
      expect(machine.reg('badAddress')).toBe(USER_DATA + 0x2000);
      expect(machine.reg('r1')).toBe(r1);
    }
    expect(guestBytes(machine, 0, 0x2000)).toEqual(before);
  });

  it('refuses a write, and the load of a read-modify-write, on a read-only page', () => {
    for (const name of ['store32', 'load32W', 'load8uW', 'load16uW'] as const) {
      const machine = accessMachine(byteOrder, name, (LOADS[name] ?? STORES[name])!);
      machine.map(USER_DATA + 0x3000, 5);
      machine.setReg('r0', USER_DATA + 0x3000);
      machine.engine.run(1);
      expect([machine.reg('cause'), machine.reg('error')]).toEqual([TOY_PAGE_FAULT, 1 + 4]);
    }
  });

  it('gives supervisor code its own translations', () => {
    const machine = accessMachine(byteOrder, 'load32', LOADS.load32!);
    machine.map(KERNEL_TEXT + 0x1000, KERNEL_RX);
    machine.setReg('r0', KERNEL_TEXT + 0x1000);
    machine.cpu.mode = 1;
    machine.engine.run(1);
    expect(machine.reg('cause')).toBe(0);
    machine.cpu.pc = USER_CODE;
    machine.cpu.mode = 0;
    machine.engine.run(1);
    expect([machine.reg('cause'), machine.reg('error')]).toEqual([TOY_PAGE_FAULT, 4]);
  });

  it('accesses with supervisor rights go by the supervisor’s tables, whoever makes them', () => {
    for (const name of ['load32S', 'store32S'] as const) {
      const machine = accessMachine(byteOrder, name, { bytes: 4, type: 'i32' });
      const page = KERNEL_TEXT + 0x1000;
      const frame = machine.map(page, PTE_PRESENT | PTE_WRITE);
      const place = machine.memory.frameAddress(frame) >> 2;
      const run = (): void => {
        machine.cpu.pc = USER_CODE;
        machine.engine.run(1);
      };
      machine.setReg('r0', page);
      machine.setReg('r1', 0x1234_5678);
      machine.memory.i32[place] = 0x1234_5678;
      run();
      const { slowAccesses } = machine.engine.counters;
      run();
      expect(machine.engine.counters.slowAccesses).toBe(slowAccesses);
      expect([machine.reg('r1'), machine.memory.i32[place]]).toEqual([0x1234_5678, 0x1234_5678]);
      expect(machine.reg('cause')).toBe(0);
      machine.mmu.setEntry(machine.space, page >>> PAGE_SHIFT, 0);
      run();
      expect([machine.reg('cause'), machine.reg('badAddress')]).toEqual([TOY_PAGE_FAULT, page | 0]);
    }
  });
});
