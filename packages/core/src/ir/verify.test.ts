import { describe, expect, it } from 'vitest';
import { toyLayout } from '../testing/toy-isa.ts';
import type { IrBlock, Terminal } from './block.ts';
import { BlockBuilder } from './builder.ts';
import { print } from './print.ts';
import { verify } from './verify.ts';

const R0 = toyLayout.slot('r0', 'i32');
const R1 = toyLayout.slot('r1', 'i32');
const D0 = toyLayout.slot('d0', 'f64');

function block(build: (b: BlockBuilder) => void, terminal: Terminal = { kind: 'jump', target: 0x2000 }): IrBlock {
  const b = new BlockBuilder(0x1000, 0);
  b.beginInstruction(0x1000, 2);
  build(b);
  if (!b.terminal) b.endWith(terminal);
  return b.finish(0x1004);
}

const check = (made: IrBlock) => () => verify(made, toyLayout);

describe('verify', () => {
  it('accepts an instruction that writes its slots last', () => {
    expect(check(block((b) => b.set(b.load32(b.get(R0)), R0)))).not.toThrow();
  });

  it('lets the next instruction access memory after a slot was written', () => {
    const made = block((b) => {
      b.set(b.const(1), R0);
      b.beginInstruction(0x1004, 1);
      b.set(b.load32(b.get(R0)), R0);
    });
    expect(check(made)).not.toThrow();
  });

  it('refuses a slot written before the last access that can leave', () => {
    const accesses: ((b: BlockBuilder) => void)[] = [
      (b) => b.load8u(b.const(0)),
      (b) => b.store8(b.const(0), b.const(0)),
      (b) => b.probeW(b.const(0), 4),
      (b) => b.trapIf(b.const(0), b.const(0), 1),
    ];
    for (const access of accesses) {
      const made = block((b) => {
        b.set(b.const(1), R0);
        access(b);
      });
      expect(check(made)).toThrow('can leave after a slot');
    }
  });

  it('refuses a slot written before a terminal that can fault', () => {
    const set = (b: BlockBuilder) => b.set(b.const(1), R0);
    const zero = 0 as never;
    expect(check(block(set, { kind: 'system', routine: 0, args: [], next: 0 }))).toThrow('the terminal can fault');
    expect(check(block(set, { kind: 'trap', vector: 0, error: zero, completes: false }))).toThrow('can fault');
    expect(check(block(set, { kind: 'trap', vector: 0, error: zero, completes: true }))).not.toThrow();
    expect(check(block(set, { kind: 'kernelCall', number: 0, next: 0 }))).not.toThrow();
  });

  it('refuses arguments of the wrong type, undefined values and wrong results', () => {
    expect(check(block((b) => b.add(b.get(R0), b.getF64(D0) as never)))).toThrow('argument 1 is f64, not i32');
    expect(check(block((b) => b.add(b.get(R0), 7 as never)))).toThrow('argument 1 (v7) is not defined');
    const made = block((b) => b.add(b.get(R0), b.get(R0)));
    const code = made.code.with(1, 5);
    expect(check({ ...made, code })).toThrow('is not the next value');
  });

  it('refuses immediates out of range', () => {
    expect(check(block((b) => b.get(D0 as never)))).toThrow('no i32 slot');
    expect(check(block((b) => b.lane32(b.constantV([0, 0, 0, 0]), 4)))).toThrow('no lane 4');
    expect(check(block((b) => b.peek32(b.const(0), toyLayout.size)))).toThrow('no state array');
    expect(check(block((b) => b.probeW(b.const(0), 0)))).toThrow('probe of 0 bytes');
    expect(check(block((b) => b.emit(33, [], 0)))).toThrow(/no such constant|is not/);
  });

  it('refuses terminals that use what is not there', () => {
    expect(check(block(() => {}, { kind: 'return', target: 3 as never }))).toThrow('terminal value v3');
    const made = block((b) => {
      const value = b.getF64(D0);
      b.endWith({ kind: 'jumpIndirect', target: value as never });
    });
    expect(check(made)).toThrow('is not i32');
  });
});

describe('print', () => {
  it('shows instructions, operations, slots by name and the terminal', () => {
    const made = block((b) => {
      b.set(b.add(b.load32(b.get(R0)), b.const(0x1234)), R0);
      b.beginInstruction(0x1003, 1);
      b.endWith({ kind: 'branch', cond: b.eqz(b.get(R1)), taken: 0x1000, next: 0x1004 });
    });
    expect(print(made, toyLayout)).toBe(
      [
        'block 0x1000 mode 0x0, 2 instructions, 3 cycles',
        '0x1000:  (2 cycles)',
        '  v0: i32 = get r0',
        '  v1: i32 = load32 v0',
        '  v2: i32 = const32 0x1234',
        '  v3: i32 = add v1, v2',
        '  set v3, r0',
        '0x1003:  (1 cycles)',
        '  v4: i32 = get r1',
        '  v5: i32 = eqz v4',
        '  branch v5 ? 0x1000 : 0x1004',
      ].join('\n'),
    );
  });

  it('shows every terminal', () => {
    const zero = 0 as never;
    const shown = (terminal: Terminal) =>
      print(block((b) => b.const(0), terminal))
        .split('\n')
        .at(-1)
        ?.trim();
    expect(shown({ kind: 'call', target: 1, returnTo: 2 })).toBe('call 0x1, back to 0x2');
    expect(shown({ kind: 'callIndirect', target: zero, returnTo: 2 })).toBe('call v0, back to 0x2');
    expect(shown({ kind: 'return', target: zero })).toBe('return v0');
    expect(shown({ kind: 'jumpIndirect', target: zero })).toBe('jump v0');
    expect(shown({ kind: 'trap', vector: 3, error: zero, completes: true })).toBe('trap #3, v0, completes');
    expect(shown({ kind: 'system', routine: 4, args: [zero], next: 9 })).toBe('system #4(v0), next 0x9');
    expect(shown({ kind: 'kernelCall', number: 5, next: 9 })).toBe('kernelCall #5, next 0x9');
  });
});
