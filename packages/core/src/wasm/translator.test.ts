import { expect, test } from 'vitest';
import { KERNEL_GO_ON, KERNEL_LEAVE } from '../engine/engine-types.ts';
import type { IsaBackend } from '../isa-backend.ts';
import { PAGE_SIZE } from '../memory/memory-map.ts';
import { Random } from '../testing/random.ts';
import { outcome } from '../testing/random-machine.ts';
import { type TOY_OPS, TOY_SUPERVISOR, toy, toyIsa } from '../testing/toy-isa.ts';
import { KERNEL_TEXT, RX, type ToyMachine, toyMachine, USER_CODE, USER_DATA } from '../testing/toy-machine.ts';
import { wasmTranslatorWith } from './translator.ts';

const EAGER = wasmTranslatorWith({ batch: 1, maxWait: 1 });

type Line = readonly [op: keyof typeof TOY_OPS, a?: number, b?: number, c?: number];

const assemble = (lines: readonly Line[]): number[] => lines.flatMap(([op, a, b, c]) => toy(op, a, b, c));

/** Runs the program interpreted, translated, and translated with the budget cut; gives the translated machine. */
function compare(
  lines: readonly Line[],
  instructions: number,
  prepare: (machine: ToyMachine) => void = () => {},
  hotness = 2,
): ToyMachine {
  const run = (translated: boolean, part: number): ToyMachine => {
    const machine = toyMachine(translated ? { hotness, translator: EAGER } : {});
    machine.poke(USER_CODE, assemble(lines));
    machine.setReg('r6', USER_DATA);
    prepare(machine);
    for (let left = instructions; left > 0; left -= part) machine.engine.run(Math.min(part, left));
    return machine;
  };
  const plain = outcome(run(false, instructions));
  expect(outcome(run(true, 7))).toEqual(plain);
  expect(outcome(run(true, 61))).toEqual(plain);
  const machine = run(true, instructions);
  expect(outcome(machine)).toEqual(plain);
  return machine;
}

const executedTranslated = (machine: ToyMachine): number => {
  const { instructions, interpretedInstructions } = machine.engine.counters;
  return instructions - interpretedInstructions;
};

test('a loop with loads and stores runs translated', () => {
  const machine = compare(
    [
      ['ld', 0, 6, 0],
      ['addi', 0, 0, 3],
      ['st', 0, 6, 0],
      ['rdcycles', 1],
      ['jmp', 0, -4],
    ],
    5000,
  );
  expect(executedTranslated(machine)).toBeGreaterThan(4900);
  expect(machine.engine.counters.regionsTranslated).toBeLessThan(4);
});

test('nested loops and a merge of both arms', () => {
  compare(
    [
      ['li', 0, 5], // outer:
      ['li', 1, 4], // inner:
      ['addi', 1, 1, -1],
      ['beqz', 1, 4],
      ['add', 2, 2, 1],
      ['beqz', 2, 2],
      ['jmp', 0, -4],
      ['addi', 0, 0, -1],
      ['beqz', 0, -8],
      ['jmp', 0, -8],
    ],
    4000,
  );
});

test('a loop with two entries', () => {
  compare(
    [
      ['addi', 0, 0, 1],
      ['addi', 1, 1, -1],
      ['beqz', 1, 3], // into the middle of the loop
      ['addi', 2, 2, 1], // a:
      ['add', 3, 3, 2],
      ['addi', 4, 4, 5], // b:
      ['xchg', 4, 6, 8],
      ['addi', 5, 5, -1],
      ['beqz', 5, 2],
      ['jmp', 0, -6], // to a
      ['li', 5, 7],
      ['beqz', 1, -6], // to b
      ['jmp', 0, -12],
    ],
    6000,
  );
});

const RECURSION: readonly Line[] = [
  ['li', 0, 0],
  ['ld', 0, 6, 0], // depth
  ['li', 1, 0],
  ['lui', 5, 2], // stack in data
  ['addi', 5, 5, 64],
  ['call', 0, 2],
  ['jmp', 0, -5],
  // f: r0 levels; pushes its return address
  ['st', 7, 5, 0],
  ['addi', 5, 5, 4],
  ['addi', 1, 1, 1],
  ['beqz', 0, 3],
  ['addi', 0, 0, -1],
  ['call', 0, -5],
  ['addi', 5, 5, -4],
  ['ld', 7, 5, 0],
  ['ret'],
];

test('calls and returns nest', () => {
  const machine = compare(RECURSION, 20_000, (m) => m.poke(USER_DATA, [30, 0, 0, 0]));
  expect(executedTranslated(machine)).toBeGreaterThan(15_000);
});

test('with more code than the bound all is forgotten and translated anew, between calls that nest, too', () => {
  const run = (translator?: ReturnType<typeof wasmTranslatorWith>): ToyMachine => {
    const machine = toyMachine(translator ? { hotness: 2, translator } : {});
    machine.poke(USER_CODE, assemble(RECURSION));
    machine.poke(USER_DATA, [30, 0, 0, 0]);
    machine.setReg('r6', USER_DATA);
    for (let left = 20_000; left > 0; left -= 500) machine.engine.run(500);
    return machine;
  };
  const plain = outcome(run());
  const bounded = run(wasmTranslatorWith({ batch: 1, maxWait: 1, mostBytes: 0 }));
  expect(outcome(bounded)).toEqual(plain);
  expect(bounded.engine.counters.translationsForgotten).toBeGreaterThan(1);
  expect(executedTranslated(bounded)).toBeGreaterThan(1000);
  const unbounded = run(EAGER);
  expect(unbounded.engine.counters.translationsForgotten).toBe(0);
  expect(unbounded.engine.counters.regionsTranslated).toBeLessThan(bounded.engine.counters.regionsTranslated);
});

test('recursion deeper than the host stack would bear', () => {
  // Forward only: no stack in guest memory, so nothing bounds the depth.
  const lines: readonly Line[] = [
    ['addi', 1, 1, 1],
    ['call', 0, -1],
  ];
  const machine = compare(lines, 200_000);
  expect(executedTranslated(machine)).toBeGreaterThan(190_000);
});

test('a return to another address than the caller expects', () => {
  compare(
    [
      ['li', 2, 0],
      ['call', 0, 4],
      ['addi', 2, 2, 1], // skipped every other time
      ['addi', 3, 3, 1],
      ['jmp', 0, -3],
      ['addi', 4, 4, 1], // f:
      ['sub', 5, 5, 5],
      ['beqz', 0, 3],
      ['li', 0, 0],
      ['ret'],
      ['li', 0, 1],
      ['addi', 7, 7, 4],
      ['ret'],
    ],
    4000,
  );
});

test('computed calls and jumps go by the look-up', () => {
  const machine = compare(
    [
      ['lui', 4, 1],
      ['addi', 4, 4, 28],
      ['callr', 4], // loop: to f
      ['addi', 2, 2, 1],
      ['addi', 3, 4, -20],
      ['jr', 3],
      ['nop'],
      ['addi', 1, 1, 1], // f:
      ['ret'],
    ],
    6000,
  );
  expect(executedTranslated(machine)).toBeGreaterThan(5000);
});

test('a computed jump to many places becomes part of its region', () => {
  const lines: readonly Line[] = [
    ['addi', 1, 1, 1], // loop:
    ['ld', 2, 6, 0],
    ['add', 2, 2, 4],
    ['st', 2, 6, 0], // the next place, round by round
    ['jr', 2],
    ['nop'],
    ...[3, 5, 7, 11, 13, 17].flatMap((n): Line[] => [
      ['addi', 3, 3, n],
      ['addi', 4, 5, 16],
      ['jmp', 0, -(8 + 4 * [3, 5, 7, 11, 13, 17].indexOf(n))],
      ['nop'],
    ]),
    ['li', 5, 0], // behind the last: start again
    ['lui', 2, 1],
    ['addi', 2, 2, 8],
    ['st', 2, 6, 0],
    ['li', 4, 16],
    ['jmp', 0, -35],
  ];
  const machine = compare(lines, 20_000, (m) => {
    m.poke(USER_DATA, [8, 0, 1, 0]);
    m.setReg('r4', 16);
  });
  expect(executedTranslated(machine)).toBeGreaterThan(18_000);
});

test('the handlers of one dispatch, met by and by, end up in one region with it', () => {
  const handlers = 12;
  const lines: Line[] = [
    ['addi', 6, 6, 4], // next:
    ['ld', 2, 6, 0], // dispatch:
    ['beqz', 2, -2],
    ['jr', 2],
  ];
  for (let n = 0; n < handlers; n++) {
    const at = 4 + 4 * n;
    // Every third goes to the dispatch by itself.
    if (n % 3 === 2) lines.push(['addi', 6, 6, 4], ['addi', 3, 3, n], ['jmp', 0, -(at + 1)], ['nop']);
    else lines.push(['addi', 3, 3, n], ['jmp', 0, -(at + 1)], ['nop'], ['nop']);
  }
  lines.push(['add', 6, 5, 7], ['jmp', 0, -(4 + 4 * handlers)]); // the last one: back to the start
  const length = 1000;
  const known = [5, 5, 6, 11, 11, 12];
  const prepare = (machine: ToyMachine): void => {
    machine.setReg('r5', USER_DATA);
    const random = new Random(5);
    for (let n = 0; n < length; n++) {
      const handler = n === length - 1 ? handlers : random.below(known[Math.floor((n * known.length) / length)]!);
      const address = USER_CODE + 16 * (1 + handler);
      machine.poke(USER_DATA + 4 * n, [address & 0xff, (address >> 8) & 0xff, address >> 16, 0]);
    }
  };
  const machine = compare(lines, 30_000, prepare, 40);
  expect(executedTranslated(machine)).toBeGreaterThan(25_000);
  expect(machine.engine.counters.regionsTranslated).toBeLessThan(5);
});

test('an interpreter whose handlers each jump to all others is not translated once for each', () => {
  const handlers = 40;
  const length = 500;
  const next: readonly Line[] = [
    ['ld', 2, 6, 0],
    ['addi', 6, 6, 4],
    ['jr', 2],
  ];
  const lines: Line[] = [];
  for (let n = 0; n < handlers; n++) lines.push(['addi', 3, 3, n], ...next);
  lines.push(['add', 6, 5, 7], ...next); // the last one: back to the start
  const machine = compare(lines, 60_000, (m) => {
    m.setReg('r5', USER_DATA);
    const random = new Random(5);
    for (let n = 0; n < length; n++) {
      const handler = n === length - 1 ? handlers : random.below(handlers);
      const address = USER_CODE + 16 * handler;
      m.poke(USER_DATA + 4 * n, [address & 0xff, (address >> 8) & 0xff, address >> 16, 0]);
    }
  });
  expect(executedTranslated(machine)).toBeGreaterThan(50_000);
  expect(machine.engine.counters.wasmBytes).toBeLessThan(100_000);
});

test('traps and faults in the middle of a translated block are precise', () => {
  compare(
    [
      ['addi', 0, 0, 1],
      ['ld', 1, 6, 0],
      ['trapnz', 1, 0],
      ['addi', 2, 2, 1],
      ['st', 2, 6, 4],
      ['ld', 3, 5, 0], // unmapped
      ['addi', 4, 4, 1],
      ['jmp', 0, -7],
    ],
    3000,
    (machine) => {
      machine.setReg('vectorBase', KERNEL_TEXT);
      machine.setReg('r5', 0x50_0000);
      machine.poke(KERNEL_TEXT, assemble([['addi', 2, 2, 9], ['system', 0, 1], ['nop']]));
      // The handler's trap return goes to epc, which would fault again: the trapping instruction is patched over.
      machine.poke(USER_CODE + 20, toy('nop'));
    },
  );
});

test('a kernel call in place goes on, or leaves', () => {
  const lines: readonly Line[] = [
    ['addi', 0, 0, 1],
    ['kcall', 0, 5],
    ['add', 1, 1, 0],
    ['jmp', 0, -3],
  ];
  const program = (machine: ToyMachine) => {
    machine.poke(KERNEL_TEXT, assemble(lines));
    machine.cpu.pc = KERNEL_TEXT | 0;
    machine.cpu.mode = TOY_SUPERVISOR;
    let calls = 0;
    machine.onKernelCall = () => {
      machine.setReg('r2', machine.reg('r2') + machine.engine.instructions());
      machine.setReg('r3', machine.cpu.pc);
      return ++calls % 5 === 0 ? KERNEL_LEAVE : KERNEL_GO_ON;
    };
  };
  const machine = compare([], 4000, program);
  expect(machine.calls.length).toBe(1000);
  expect(executedTranslated(machine)).toBeGreaterThan(3000);
});

test('the functions of a table that make kernel calls stand in line, and leave from there', () => {
  const program = (machine: ToyMachine) => {
    machine.poke(
      KERNEL_TEXT,
      assemble([
        ['callr', 4],
        ['addi', 0, 0, 1],
        ['add', 1, 1, 0],
        ['jmp', 0, -3],
        ['kcall', 0, 5],
        ['ret'],
        ['kcall', 0, 6],
        ['ret'],
      ]),
    );
    machine.setReg('r4', KERNEL_TEXT + 16);
    machine.cpu.pc = KERNEL_TEXT | 0;
    machine.cpu.mode = TOY_SUPERVISOR;
    machine.onKernelCall = (number) => {
      machine.setReg('r2', machine.reg('r2') + machine.engine.instructions() * number);
      machine.setReg('r3', machine.cpu.pc);
      if (machine.calls.length % 7 === 0) machine.setReg('r4', KERNEL_TEXT + 16 + 8 * (machine.calls.length & 1));
      return machine.calls.length % 50 === 0 ? KERNEL_LEAVE : KERNEL_GO_ON;
    };
  };
  const machine = compare([], 6000, program);
  expect(machine.calls.length).toBe(1000);
  expect(executedTranslated(machine)).toBeGreaterThan(4000);
});

test('a kernel call that changes the mapping of code is followed by the new code', () => {
  const program = (machine: ToyMachine) => {
    const second = machine.map(USER_CODE + 0x10_0000, RX);
    machine.memory.writeFrame(second, 0, Uint8Array.from(assemble([['addi', 1, 1, 100], ['ret']])));
    const first = machine.mmu.entry(machine.space, (USER_CODE + PAGE_SIZE) >>> 12) >>> 12;
    machine.memory.writeFrame(first, 0, Uint8Array.from(assemble([['addi', 1, 1, 1], ['ret']])));
    machine.poke(
      KERNEL_TEXT,
      assemble([
        ['kcall', 0, 1],
        ['callr', 4],
        ['jmp', 0, -2],
      ]),
    );
    machine.setReg('r4', USER_CODE + PAGE_SIZE);
    machine.cpu.pc = KERNEL_TEXT | 0;
    machine.cpu.mode = TOY_SUPERVISOR;
    let calls = 0;
    machine.onKernelCall = () => {
      if (++calls % 50 !== 0) return KERNEL_GO_ON;
      machine.mapFrame(USER_CODE + PAGE_SIZE, calls % 100 === 0 ? first : second, RX);
      return KERNEL_LEAVE;
    };
  };
  const machine = compare([], 2500, program);
  expect(machine.reg('r1')).toBeGreaterThan(2500 / 5 + 100);
});

test('code that overwrites itself is translated afresh', () => {
  const machine = compare(
    [
      ['lui', 5, 1],
      ['li', 3, 40],
      ['addi', 1, 1, 1], // loop: the immediate is what gets written
      ['addi', 3, 3, -1],
      ['beqz', 3, 2],
      ['jmp', 0, -3],
      ['lb', 4, 5, 11],
      ['addi', 4, 4, 1],
      ['sb', 4, 5, 11],
      ['jmp', 0, -8],
    ],
    12_000,
  );
  expect(machine.engine.counters.invalidations).toBeGreaterThan(5);
});

/** The toy CPU with one more instruction: `repeat`, which stores r1 and steps r6 while r0 counts down; with r0 = 0 it steps over itself. */
const REPEAT = 0x70;
const STEP_OVER = 99;
function repeatingIsa(): IsaBackend {
  const isa = toyIsa();
  const slot = (name: string) => isa.layout.slot(name, 'i32');
  return {
    ...isa,
    lift(context, pc) {
      if (context.code.byte(pc) !== REPEAT) return isa.lift(context, pc);
      const b = context.builder;
      b.beginInstruction(pc, 4);
      const count = b.get(slot('r0'));
      b.trapIf(b.eqz(count), b.const(0), STEP_OVER);
      const at = b.get(slot('r6'));
      b.store8(at, b.get(slot('r1')));
      b.set(b.add(at, b.const(1)), slot('r6'));
      b.set(b.sub(count, b.const(1)), slot('r0'));
      b.endWith({ kind: 'branch', cond: b.ne(count, b.const(1)), taken: pc, next: (pc + 4) | 0 });
      return { kind: 'ok', length: 4 };
    },
    deliverTrap(cpu, vector, error, next) {
      if (vector === STEP_OVER) cpu.pc = next;
      else isa.deliverTrap(cpu, vector, error, next);
    },
    trapKind: (vector) => (vector === STEP_OVER ? 'uncounted' : 'trap'),
  };
}

test('a repeated instruction with a count of 0 steps over itself without leaving', () => {
  const run = (translated: boolean, part: number): ToyMachine => {
    const isa = repeatingIsa();
    const machine = toyMachine(translated ? { isa, hotness: 2, translator: EAGER } : { isa });
    machine.poke(USER_CODE, [
      ...assemble([
        ['lui', 6, 2],
        ['addi', 1, 1, 1],
        ['addi', 2, 2, 1],
        ['add', 0, 3, 4], // 0, or 5 every other time
        ['sub', 4, 5, 4],
      ]),
      ...[REPEAT, 0, 0, 0],
      ...assemble([['jmp', 0, -6]]),
    ]);
    machine.setReg('r5', 5);
    for (let left = 8000; left > 0; left -= part) machine.engine.run(Math.min(part, left));
    return machine;
  };
  const plain = outcome(run(false, 8000));
  expect(outcome(run(true, 13))).toEqual(plain);
  const machine = run(true, 8000);
  expect(outcome(machine)).toEqual(plain);
  expect(executedTranslated(machine)).toBeGreaterThan(7800);
});

test('address spaces that map the same frames share translations, one that does not gets its own', () => {
  const machine = toyMachine({ hotness: 2, translator: EAGER });
  const lines: readonly Line[] = [
    ['addi', 0, 0, 1],
    ['jmp', 0, -1],
  ];
  machine.poke(USER_CODE, assemble(lines));
  machine.engine.run(1000);
  const before = machine.engine.counters.regionsTranslated;
  const frame = machine.mmu.entry(machine.space, USER_CODE >>> 12) >>> 12;
  const twin = machine.mmu.createSpace();
  machine.mapFrame(USER_CODE, frame, RX, twin);
  const other = machine.mmu.createSpace();
  const own = machine.map(USER_CODE, RX, other);
  machine.memory.writeFrame(
    own,
    0,
    Uint8Array.from(
      assemble([
        ['addi', 0, 0, 2],
        ['jmp', 0, -1],
      ]),
    ),
  );
  const runIn = (space: typeof twin): number => {
    machine.mmu.activate(space);
    machine.cpu.pc = USER_CODE;
    machine.setReg('r0', 0);
    machine.engine.run(1000);
    return machine.reg('r0');
  };
  expect(runIn(twin)).toBe(500);
  expect(machine.engine.counters.regionsTranslated).toBe(before);
  expect(runIn(other)).toBe(1000);
  expect(machine.engine.counters.regionsTranslated).toBeGreaterThan(before);
  expect(runIn(machine.space)).toBe(500);
});

test.each([0, 1, 2, 3])('word-swapped memory: words %i bytes off their alignment are accessed in line', (off) => {
  const lines: Line[] = [
    ['ld', 0, 6, 4], // loop:
    ['addi', 0, 0, 3],
    ['st', 0, 6, 4],
    ['ld', 1, 6, 8],
    ['add', 2, 2, 1],
    ['st', 2, 6, 12],
    ['jmp', 0, -6],
  ];
  const run = (translated: boolean): ToyMachine => {
    const machine = toyMachine({ isa: toyIsa('big'), ...(translated ? { hotness: 2, translator: EAGER } : {}) });
    machine.poke(USER_CODE, assemble(lines));
    machine.poke(
      USER_DATA,
      Array.from({ length: 32 }, (_, n) => n * 37),
    );
    machine.setReg('r6', USER_DATA + off);
    machine.engine.run(2000);
    return machine;
  };
  const machine = run(true);
  expect(outcome(machine)).toEqual(outcome(run(false)));
  expect(executedTranslated(machine)).toBeGreaterThan(1900);
  expect(machine.engine.counters.slowAccesses).toBeLessThan(40);
});
