import { expect, test } from 'vitest';
import { defineLayout } from '../cpu/layout.ts';
import { optimisationsWithout } from '../engine/optimisations.ts';
import type { TranslatorFactory } from '../engine/translator-port.ts';
import type { IrBlock } from '../ir/block.ts';
import { BlockBuilder } from '../ir/builder.ts';
import { PAGE_SHIFT, PAGE_SIZE } from '../memory/memory-map.ts';
import { outcome } from '../testing/random-machine.ts';
import { TOY_SUPERVISOR, toy } from '../testing/toy-isa.ts';
import { KERNEL_TEXT, RW, type ToyMachine, toyMachine, USER_CODE } from '../testing/toy-machine.ts';
import { addressOf, firstAccess } from './first-access.ts';
import { wasmTranslatorWith } from './translator.ts';

const EAGER = wasmTranslatorWith({ batch: 1, maxWait: 1 });
/** Pages from here on are mapped by the fault handler, four at a time. */
const PAGES = 0x40_0000;
const FRAMES = [20, 21, 22, 23];

/** Has each page fault answered by a kernel call that maps the page, takes it from the fifth-last one, and tries again. */
function mapOnFault(machine: ToyMachine, rights: (write: boolean) => number): void {
  const mapped: number[] = [];
  machine.setReg('vectorBase', KERNEL_TEXT);
  machine.poke(KERNEL_TEXT, [...toy('kcall', 0, 5), ...toy('system', 0, 1)]);
  machine.onKernelCall = () => {
    const page = machine.reg('badAddress') >>> PAGE_SHIFT;
    // What the handler was told is part of the outcome.
    const told =
      Math.imul(machine.reg('r5'), 31) + machine.reg('error') + machine.reg('epc') + machine.engine.instructions();
    machine.setReg('r5', told + machine.reg('badAddress'));
    if (!mapped.includes(page)) mapped.push(page);
    if (mapped.length > FRAMES.length) machine.mmu.setEntry(machine.space, mapped.shift()!, 0);
    machine.mapFrame(page << PAGE_SHIFT, FRAMES[page & 3]!, rights((machine.reg('error') & 3) === 1));
    return 0;
  };
}

/** Runs a loop over the pages: translated as interpreted, whatever the budget's pieces. Gives the machine and how often it faulted. */
function compare(
  body: readonly number[],
  without: 'faultsInPlace' | 'onwardDispatch' | undefined,
  rights: (write: boolean) => number = () => RW,
  translator: TranslatorFactory = EAGER,
): ToyMachine {
  const instructions = 4000;
  const run = (translated: boolean, part: number): ToyMachine => {
    const optimisations = optimisationsWithout(without ? [without] : []);
    const machine = toyMachine(translated ? { hotness: 2, translator, optimisations } : {});
    const step = [...toy('add', 6, 6, 4), ...toy('add', 3, 3, 2), ...toy('jmp', 0, -(body.length / 4) - 2)];
    machine.poke(USER_CODE, [...body, ...step]);
    machine.setReg('r4', PAGE_SIZE);
    machine.setReg('r6', PAGES);
    mapOnFault(machine, rights);
    for (let left = instructions; left > 0; left -= part) machine.engine.run(Math.min(part, left));
    return machine;
  };
  const plain = run(false, instructions);
  for (const part of [1, 7, 61]) expect(outcome(run(true, part))).toEqual(outcome(plain));
  const machine = run(true, instructions);
  expect(outcome(machine)).toEqual(outcome(plain));
  expect(machine.calls.length).toBe(plain.calls.length);
  expect(machine.calls.length).toBeGreaterThan(300);
  return machine;
}

const LOAD = [...toy('ld', 2, 6, 8)];
const TOUCH = [...LOAD, ...toy('addi', 2, 2, 1), ...toy('st', 2, 6, 8)];

test('page faults of translated code are answered without the interpreter, and as with it', () => {
  const answered = compare(TOUCH, undefined);
  const met = compare(TOUCH, 'faultsInPlace');
  const { interpretedInstructions } = answered.engine.counters;
  expect(interpretedInstructions).toBeLessThan(met.engine.counters.interpretedInstructions / 2);
});

test('where a fault was delivered translated code goes on by itself, without the engine', () => {
  const entries = (without?: 'onwardDispatch'): number => {
    let entered = 0;
    const counting: TranslatorFactory = (host) => {
      const made = EAGER(host);
      const enter = made.enter.bind(made);
      made.enter = (...args) => {
        entered++;
        return enter(...args);
      };
      return made;
    };
    compare(TOUCH, without, undefined, counting);
    return entered;
  };
  expect(entries()).toBeLessThan(entries('onwardDispatch') - 300);
});

test('a page that a load has mapped for reading faults again for the store', () => {
  compare(TOUCH, undefined, (write) => (write ? RW : RW & ~2));
});

test('accesses across pages, also in turn with others', () => {
  compare(toy('ld', 2, 6, -2), undefined);
  compare([...toy('ld', 2, 6, -2), ...toy('st', 2, 6, 6), ...toy('xchg', 2, 6, 12)], undefined);
});

test('a fault that is not repaired ends in the handler, translated or not', () => {
  for (const translated of [false, true]) {
    const machine = toyMachine(translated ? { hotness: 2, translator: EAGER } : {});
    machine.poke(USER_CODE, [...TOUCH, ...toy('jmp', 0, -3)]);
    machine.setReg('r6', PAGES);
    machine.setReg('vectorBase', KERNEL_TEXT);
    machine.poke(KERNEL_TEXT, toy('system', 0, 1));
    machine.engine.run(1000);
    expect(machine.reg('badAddress')).toBe(PAGES + 8);
    expect(machine.reg('epc')).toBe(USER_CODE);
    expect(machine.reg('emode') & TOY_SUPERVISOR).toBe(0);
    expect(machine.engine.instructions()).toBe(1000);
  }
});

const layout = defineLayout([
  { name: 'pc', type: 'i32' },
  { name: 'a', type: 'i32' },
  { name: 'b', type: 'i32' },
]);
const A = layout.slot('a', 'i32');
const B = layout.slot('b', 'i32');

function block(lift: (builder: BlockBuilder) => void): IrBlock {
  const builder = new BlockBuilder(0x1000, 0);
  builder.beginInstruction(0x1000, 1);
  lift(builder);
  builder.endWith({ kind: 'jump', target: 0x2000 });
  return builder.finish(0x1004);
}

test('an address is told from slots and constants', () => {
  const state = new Int32Array(8);
  const at = 1;
  const base = state.length - 4;
  state[base + (A.offset >> 2)] = 0x7fff_fff0;
  state[base + (B.offset >> 2)] = 5;
  const sum = firstAccess(
    block((b) => b.store16(b.add(b.add(b.get(A), b.shl(b.get(B), b.const(2))), b.const(at)), b.get(B))),
  );
  expect(sum).toMatchObject({ bytes: 2, write: true });
  expect(addressOf(sum!, state, base)).toBe((0x7fff_fff0 + 20 + at) | 0);
  const negated = firstAccess(block((b) => b.set(b.load8u(b.sub(b.eqz(b.get(A)), b.get(B))), A)));
  expect(negated).toMatchObject({ bytes: 1, write: false });
  expect(addressOf(negated!, state, base)).toBe(-5);
});

test('what may fault or trap before, or hangs on memory, is the interpreter’s to find out', () => {
  expect(firstAccess(block((b) => b.set(b.add(b.get(A), b.get(B)), A)))).toBeUndefined();
  expect(firstAccess(block((b) => b.set(b.load32S(b.get(A)), A)))).toBeUndefined();
  const trapping = block((b) => {
    b.trapIf(b.get(B), b.const(0), 3);
    b.set(b.load32(b.get(A)), A);
  });
  expect(firstAccess(trapping)).toBeUndefined();
  const divided = block((b) => b.set(b.load32(b.divU(b.get(A), b.or(b.get(B), b.const(1)))), A));
  expect(firstAccess(divided)).toBeUndefined();
  const chased = firstAccess(block((b) => b.set(b.load32(b.add(b.load32W(b.get(A)), b.const(4))), B)));
  expect(chased).toMatchObject({ write: true, bytes: 4 });
});
