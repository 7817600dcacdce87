/**
 * What an instruction may do beside trapping (IsaBackend.trapKind), and modes that advance within a
 * block: the toy CPU with an instruction of each kind, interpreted, translated, and with the budget cut.
 */
import { expect, test } from 'vitest';
import type { IsaBackend } from '../isa-backend.ts';
import { outcome } from '../testing/random-machine.ts';
import { TOY_ILLEGAL, type TOY_OPS, toy, toyIsa } from '../testing/toy-isa.ts';
import { KERNEL_TEXT, type ToyMachine, toyMachine, USER_CODE } from '../testing/toy-machine.ts';
import { wasmTranslatorWith } from './translator.ts';

const EAGER = wasmTranslatorWith({ batch: 1, maxWait: 1 });
const SKIP = 98;
const ASSIST = 97;
/** Instructions beside the toy's own: a call of the place r6 unless r0 is 0; r1 += r0 with host help where r0 is negative; two instructions under mode bit 8, the second of which adds it to r2. */
const CALL_IF = 0x71;
const HELPED = 0x72;
const PREFIX = 0x73;
const MODE_BIT = 8;

function extendedIsa(): IsaBackend {
  const isa = toyIsa();
  const slot = (name: string) => isa.layout.slot(name, 'i32');
  return {
    ...isa,
    lift(context, pc) {
      const { builder: b } = context;
      const op = context.code.byte(pc);
      if (b.endMode & MODE_BIT) {
        b.beginInstruction(pc, 2);
        b.endMode &= ~MODE_BIT;
        b.set(b.add(b.get(slot('r2')), b.const(MODE_BIT)), slot('r2'));
        return { kind: 'ok', length: 4 };
      }
      if (op === PREFIX) {
        b.beginInstruction(pc, 1);
        b.endMode |= MODE_BIT;
      } else if (op === CALL_IF) {
        b.beginInstruction(pc, 3);
        b.skipIf(b.eqz(b.get(slot('r0'))), SKIP);
        b.set(b.const(pc + 4), slot('r7'));
        b.endWith({ kind: 'callIndirect', target: b.get(slot('r6')), returnTo: (pc + 4) | 0 });
      } else if (op === HELPED) {
        b.beginInstruction(pc, 5);
        const value = b.get(slot('r0'));
        b.trapIf(b.ltS(value, b.const(0)), b.const(0), ASSIST);
        b.set(b.add(b.get(slot('r1')), value), slot('r1'));
      } else return isa.lift(context, pc);
      return { kind: 'ok', length: 4 };
    },
    trapKind: (vector) => (vector === SKIP ? 'skip' : vector === ASSIST ? 'assist' : 'trap'),
    deliverTrap(cpu, vector, error, next) {
      if (vector !== ASSIST) return isa.deliverTrap(cpu, vector, error, next);
      if (cpu.get(slot('r0')) === -3) cpu.fault(TOY_ILLEGAL, 7);
      cpu.set(slot('r1'), cpu.get(slot('r1')) + cpu.get(slot('r0')));
      cpu.pc = next;
    },
  };
}

type Line = readonly [op: keyof typeof TOY_OPS | number, a?: number, b?: number, c?: number];
const assemble = (lines: readonly Line[]): number[] =>
  lines.flatMap(([op, a, b, c]) => (typeof op === 'number' ? [op, 0, 0, 0] : toy(op, a, b, c)));

function compare(lines: readonly Line[], instructions: number): ToyMachine {
  const run = (translated: boolean, part: number): ToyMachine => {
    const isa = extendedIsa();
    const machine = toyMachine(translated ? { isa, hotness: 2, translator: EAGER } : { isa });
    machine.poke(USER_CODE, assemble(lines));
    machine.poke(
      KERNEL_TEXT,
      assemble([
        ['add', 3, 3, 2],
        ['jmp', 0, 0],
      ]),
    );
    machine.setReg('vectorBase', KERNEL_TEXT);
    for (let left = instructions; left > 0; left -= part) machine.engine.run(Math.min(part, left));
    return machine;
  };
  const plain = outcome(run(false, instructions));
  expect(outcome(run(true, 7))).toEqual(plain);
  expect(outcome(run(true, 13))).toEqual(plain);
  expect(outcome(run(false, 5))).toEqual(plain);
  // Requests are looked at where a run begins.
  const machine = run(true, 1000);
  expect(outcome(machine)).toEqual(plain);
  return machine;
}

const share = (machine: ToyMachine): number => {
  const { instructions, interpretedInstructions } = machine.engine.counters;
  return (instructions - interpretedInstructions) / instructions;
};

test('a call on a condition is a branch around it, and counts either way', () => {
  const machine = compare(
    [
      ['lui', 6, 1],
      ['addi', 6, 6, 28],
      ['sub', 0, 5, 0], // loop: 0 and 1 in turn
      [CALL_IF],
      ['addi', 4, 4, 1],
      ['li', 5, 1],
      ['jmp', 0, -4],
      ['addi', 3, 3, 1], // the subroutine
      ['ret'],
    ],
    9000,
  );
  expect(share(machine)).toBeGreaterThan(0.95);
  expect(machine.reg('r3')).toBeGreaterThan(500);
});

test('the ISA does the rare case of an instruction whose common one is inline', () => {
  const machine = compare(
    [
      ['li', 4, 100],
      ['addi', 4, 4, -1], // loop
      ['addi', 0, 4, -2], // negative once a round
      [HELPED],
      ['beqz', 4, -4],
      ['jmp', 0, -4],
    ],
    6000,
  );
  expect(share(machine)).toBeGreaterThan(0.9);
});

test('a fault of such help is the instruction’s own, uncounted', () => {
  const machine = compare([['li', 0, -3], [HELPED], ['addi', 4, 4, 1]], 500);
  expect([machine.reg('epc'), machine.reg('error')]).toEqual([USER_CODE + 4, 7]);
});

test('a mode that advances within a block is there where the block is left', () => {
  const machine = compare(
    [
      ['addi', 0, 0, 1],
      [PREFIX],
      ['addi', 1, 1, 1], // under the mode: r2 += 8
      ['jmp', 0, -3],
    ],
    8000,
  );
  expect([machine.reg('r1'), machine.reg('r2')]).toEqual([0, 16_000]);
  expect(share(machine)).toBeGreaterThan(0.9);
});
