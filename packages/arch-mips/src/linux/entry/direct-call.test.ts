import { describe, expect, test } from 'vitest';
import { mips } from '../abi.ts';
import { PUT_ARGUMENTS, SAVED_REGISTERS } from '../testing/call-arguments.ts';
import { EntryMachine, STACK_TOP } from '../testing/entry-machine.ts';

const SP = STACK_TOP - 64;
/** What the registers that C functions save are to be behind a call. */
const KEPT = { ...SAVED_REGISTERS, sp: SP };
const GETPID = 20;
/** A call with arguments on the stack, and one that needs a whole frame. */
const MMAP = 90;
const FORK = 2;

const call = (number: number): string => `${PUT_ARGUMENTS}
  li v0, ${4000 + number}
  lui t9, %hi(kml_call)
  addiu t9, t9, %lo(kml_call)
call:
  jalr t9
  nop
done:
  b done
  nop`;

function machine(number: number, order: 'big' | 'little' = 'big'): EntryMachine {
  const m = new EntryMachine(true, order);
  m.load(call(number));
  return m;
}

const kept = (m: EntryMachine) => Object.fromEntries(Object.keys(KEPT).map((name) => [name, m.get(name)]));
const counts = (m: EntryMachine) => [
  m.counter('entriesTrap'),
  m.counter('entriesDirect'),
  m.counter('entriesDirectFull'),
];

/** Instructions from the call's first to behind its last. */
function lengthOf(number: number): number {
  const m = machine(number);
  m.runTo('call');
  const before = m.engine.instructions();
  m.runTo('done');
  return m.engine.instructions() - before;
}

/** Makes the call again and again, interrupted after none, one, two … of its instructions. */
function interruptEach(m: EntryMachine, number: number, check: (at: number) => void): void {
  const length = lengthOf(number);
  for (let at = 0; at < length; at++) {
    m.load(call(number));
    m.runTo('call');
    m.run(at);
    m.engine.setInterrupt(0, true);
    m.runTo('done');
    check(at);
  }
}

describe.each(['big', 'little'] as const)('the direct call, %s-endian', (order) => {
  test('takes the registers of syscall and gives its results', () => {
    const m = machine(GETPID, order);
    m.onSyscall = () => -89;
    m.runTo('done');
    expect(m.syscalls).toMatchObject([{ number: GETPID, args: { 0: 11, 1: 12, 2: 13, 3: 14 } }]);
    expect([m.get('v0'), m.get('a3'), kept(m), counts(m)]).toEqual([89, 1, KEPT, [0, 1, 0]]);
  });

  test('takes the stack arguments of a call that has them', () => {
    const m = machine(MMAP, order);
    m.onSyscall = () => 7;
    m.runTo('done');
    expect(m.syscalls).toEqual([{ number: MMAP, args: [11, 12, 13, 14, 15, 16, 17, 18] }]);
    expect([m.get('v0'), m.get('a3'), kept(m), counts(m)]).toEqual([7, 0, KEPT, [0, 1, 0]]);
  });

  test('a number out of range gives ENOSYS', () => {
    const m = machine(999, order);
    m.runTo('done');
    expect([m.get('v0'), m.get('a3'), m.syscalls.length]).toEqual([89, 1, 0]);
  });

  test('a call that needs the frame goes on by the trap, counted as direct', () => {
    const m = machine(FORK, order);
    m.onSyscall = () => 33;
    m.runTo('done');
    expect([m.get('v0'), m.get('a3'), m.get('sp')]).toEqual([33, 0, SP]);
    expect(m.abi.frame.pc(m.kernel, m.frame) >>> 0).toBe(m.image.symbols.get('kml_return'));
    expect(counts(m)).toEqual([0, 1, 1]);
  });

  test.each([GETPID, MMAP])('a restart goes through the trap, its work with a whole frame (call %i)', (number) => {
    const m = machine(number, order);
    m.onSyscall = () => {
      if (m.syscalls.length > 1) return 6;
      m.setWork(1);
      return -512;
    };
    m.onExitWork = () => {
      expect(m.abi.frame.result(m.kernel, m.frame)).toBe(-512);
      m.abi.frame.restart(m.kernel, m.frame, false);
      m.setWork(0);
    };
    m.runTo('done');
    const taken = number === MMAP ? 8 : 4;
    const expected = [11, 12, 13, 14, 15, 16, 17, 18].slice(0, taken);
    expect(m.syscalls.map(({ args }) => args.slice(0, taken))).toEqual([expected, expected]);
    expect([m.get('v0'), m.get('a3'), kept(m), counts(m)]).toEqual([6, 0, KEPT, [1, 1, 1]]);
  });

  test('work behind a call that did not fail finds a whole frame, of the program at kml_return', () => {
    const m = machine(GETPID, order);
    m.onSyscall = () => {
      m.setWork(1);
      return 7;
    };
    let frame: Record<string, number> = {};
    m.onExitWork = () => {
      frame = m.abi.frame.registers(m.kernel, m.frame);
      expect([m.abi.frame.result(m.kernel, m.frame), m.abi.frame.syscall(m.kernel, m.frame)]).toEqual([7, -1]);
      m.setWork(0);
    };
    m.runTo('done');
    expect(frame).toMatchObject({ r2: 7, r7: 0, r16: 100, r28: 102, r29: SP, r30: 101 });
    expect(frame).toMatchObject({ r31: m.labels.get('done'), pc: m.image.symbols.get('kml_return'), cause: 0 });
    expect([m.get('v0'), m.get('a3'), kept(m), counts(m)]).toEqual([7, 0, KEPT, [0, 1, 1]]);
  });
});

describe.each([GETPID, MMAP])('an interrupt at any instruction of direct call %i', (number) => {
  test('changes nothing', () => {
    const m = machine(number);
    m.onSyscall = () => 1234;
    interruptEach(m, number, (at) => {
      expect([at, m.interrupts.length, m.get('v0'), kept(m)]).toEqual([at, at + 1, 1234, KEPT]);
      expect(counts(m)).toEqual([0, at + 1, 0]);
    });
  });

  test('that brings work has it done before the program goes on', () => {
    const m = machine(number);
    m.onSyscall = () => 1234;
    m.onInterrupt = () => m.setWork(1);
    const stacks: number[] = [];
    m.onExitWork = () => {
      stacks.push(mips.frame.sp(m.kernel, m.frame) >>> 0);
      m.setWork(0);
    };
    interruptEach(m, number, (at) => {
      expect([at, stacks.splice(0), m.get('v0'), kept(m)]).toEqual([at, [SP], 1234, KEPT]);
    });
  });
});

describe('whose stack it is', () => {
  const spin = (sp: string): string =>
    `${sp}\n  li t0, 40\nspin:\n  addiu t0, t0, -1\n  bnez t0, spin\n  nop\ndone:\n  b done\n  nop`;

  test.each([
    ['an ordinary process has SP in the kernel’s stack', false, '  lui sp, %hi(STACK)\n  addiu sp, sp, %lo(STACK)'],
    ['a kernel-mode process has SP in the kernel’s half', true, '  lui sp, 0x9000'],
  ])('%s: its interrupt has a frame on top of the kernel’s', (_what, kernelMode, sp) => {
    const m = new EntryMachine(kernelMode);
    m.load(spin(sp.replaceAll('STACK', String(m.stackTop - 0x800))));
    m.runTo('spin');
    m.engine.setInterrupt(0, true);
    const before = m.get('sp');
    m.runTo('done');
    expect([m.interrupts, m.get('sp')]).toEqual([[{ line: 0, frame: m.frame }], before]);
  });
});
