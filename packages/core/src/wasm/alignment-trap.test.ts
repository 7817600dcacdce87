import { expect, test } from 'vitest';
import { defineLayout } from '../cpu/layout.ts';
import type { I32 } from '../ir/block.ts';
import { BlockBuilder } from '../ir/builder.ts';
import type { IsaBackend } from '../isa-backend.ts';
import { PAGE_SIZE } from '../memory/memory-map.ts';
import { outcome } from '../testing/random-machine.ts';
import { toy, toyIsa } from '../testing/toy-isa.ts';
import { RW, type ToyMachine, toyMachine, USER_CODE, USER_DATA } from '../testing/toy-machine.ts';
import { alignmentAsked } from './alignment-trap.ts';
import { blockCode } from './block-code.ts';
import { slotTable } from './slots.ts';
import { wasmTranslatorWith } from './translator.ts';

const layout = defineLayout(['pc', 'mode', 'base', 'other'].map((name) => ({ name, type: 'i32' })));
const [BASE, OTHER] = ['base', 'other'].map((name) => layout.slot(name, 'i32'));
const slots = slotTable(layout, []);

type Access = (b: BlockBuilder, address: I32) => void;
const loadDouble: Access = (b, address) => b.set(b.i32FromF64Sat(b.loadF64(address)), OTHER!);
const loadWord: Access = (b, address) => b.set(b.load32(address), OTHER!);
const storeSingle: Access = (b, address) => b.storeF32(address, b.f32FromI32S(b.get(OTHER!)));

/** What the access asks for whose address is `distance` behind the one that a trap asks about. */
function asked(mask: number, distance: number, access: Access, isSameInstruction = true): number {
  const b = new BlockBuilder(0x100, 0);
  b.beginInstruction(0x100, 1);
  b.trapIf(b.and(b.get(BASE!), b.const(mask)), b.const(0), 1);
  if (!isSameInstruction) b.beginInstruction(0x104, 1);
  access(b, b.add(b.get(BASE!), b.const(distance)));
  b.endWith({ kind: 'jump', target: 0x108 });
  return alignmentAsked(blockCode(b.finish(0x108), slots), 0);
}

test('the access behind a trap on the lowest bits of its address asks for them', () => {
  expect(asked(3, 0, loadDouble)).toBe(4);
  expect(asked(7, 8, loadDouble)).toBe(8);
  expect(asked(3, -4, storeSingle)).toBe(4);
});

test('what is another address, another instruction or other bits stands by itself', () => {
  expect(asked(3, 2, loadDouble)).toBe(0);
  expect(asked(3, 0, loadDouble, false)).toBe(0);
  expect(asked(2, 0, loadDouble)).toBe(0);
  expect(asked(3, 0, (b) => loadDouble(b, b.get(OTHER!)))).toBe(0);
});

test('words, which may be of a register list, are asked about by themselves', () => {
  expect(asked(3, 0, loadWord)).toBe(0);
});

/** An instruction that adds the double at r6 to r1, and traps where r6 is no multiple of what its operand says: r2 counts that. */
const ADD_DOUBLE = 0x70;
const UNALIGNED = 99;
function aligningIsa(): IsaBackend {
  const isa = toyIsa();
  const slot = (name: string) => isa.layout.slot(name, 'i32');
  return {
    ...isa,
    lift(context, pc) {
      if (context.code.byte(pc) !== ADD_DOUBLE) return isa.lift(context, pc);
      const b = context.builder;
      b.beginInstruction(pc, 4);
      const address = b.get(slot('r6'));
      b.trapIf(b.and(address, b.const(context.code.byte(pc + 1) - 1)), b.const(0), UNALIGNED);
      const bits = b.bitsOfF64(b.loadF64(address));
      b.set(b.add(b.get(slot('r1')), b.xor(b.wrap(bits), b.wrap(b.shrU64(bits, b.constant64(32, 0))))), slot('r1'));
      return { kind: 'ok', length: 4 };
    },
    deliverTrap(cpu, vector, error, next) {
      if (vector !== UNALIGNED) return isa.deliverTrap(cpu, vector, error, next);
      cpu.set(slot('r2'), cpu.get(slot('r2')) + 1);
      cpu.pc = next;
    },
  };
}

/** Runs over two pages, in frames that do not follow each other, in steps of `step`. */
function walk(multiple: number, step: number, options: Parameters<typeof toyMachine>[0] = {}): ToyMachine {
  const machine = toyMachine({ isa: aligningIsa(), frames: 64, ...options });
  for (const page of [0, 1]) {
    machine.mapFrame(USER_DATA + page * PAGE_SIZE, 30 - 5 * page, RW);
    machine.poke(
      USER_DATA + page * PAGE_SIZE,
      Array.from({ length: PAGE_SIZE }, (_, n) => (n * 7 + page + (n >> 8)) & 255),
    );
  }
  const lines = [...toy('addi', 6, 6, step), ADD_DOUBLE, multiple, 0, 0, ...toy('jmp', 0, -2)];
  machine.poke(USER_CODE, lines);
  machine.setReg('r6', USER_DATA);
  machine.engine.run(Math.floor((2 * PAGE_SIZE - 16) / step) * 3);
  return machine;
}

test.each([
  [2, 2],
  [4, 4],
  [4, 8],
  [8, 8],
  [4, 2],
  [4, 1],
  [8, 4],
])('where multiples of %d are asked for, steps of %d do as interpreted', (multiple, step) => {
  const plain = walk(multiple, step);
  const translated = walk(multiple, step, { hotness: 2, translator: wasmTranslatorWith({ batch: 1, maxWait: 1 }) });
  expect(outcome(translated)).toEqual(outcome(plain));
  expect(plain.reg('r2')! > 0).toBe(step < multiple);
  expect(translated.engine.counters.wasmBytes).toBeGreaterThan(0);
});
