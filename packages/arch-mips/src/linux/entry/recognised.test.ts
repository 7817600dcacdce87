import { describe, expect, test } from 'vitest';
import { mips } from '../abi.ts';
import { PT } from '../pt-regs.ts';
import { KEPT_REGISTERS, PUT_ARGUMENTS } from '../testing/call-arguments.ts';
import { EntryMachine, STACK_TOP } from '../testing/entry-machine.ts';

const SP = STACK_TOP - 64;
const ARGUMENTS = [11, 12, 13, 14, 15, 16, 17, 18];
/** A call with arguments on the stack. */
const MMAP = 90;
const KEPT = { ...KEPT_REGISTERS, ra: 103, sp: SP };

const call = (number: number): string => `${PUT_ARGUMENTS}
  li ra, 103
  li v0, ${4000 + number}
trap:
  syscall
done:
  b done
  nop`;

function machine(program: string, order: 'big' | 'little' = 'big'): EntryMachine {
  const m = new EntryMachine(true, order, true);
  m.load(program);
  return m;
}

const kept = (m: EntryMachine) => Object.fromEntries(Object.keys(KEPT).map((name) => [name, m.get(name)]));
const counts = (m: EntryMachine) => [
  m.counter('entriesTrap'),
  m.counter('entriesDirect'),
  m.counter('entriesRecognised'),
];

describe('a recognised syscall', () => {
  test.each(['big', 'little'] as const)(
    'gives the result and keeps what the trap keeps, RA too (%s-endian)',
    (order) => {
      const m = machine(call(MMAP), order);
      m.onSyscall = () => -89;
      m.runTo('done');
      expect(m.syscalls).toEqual([{ number: MMAP, args: ARGUMENTS }]);
      expect([m.get('v0'), m.get('a3')]).toEqual([89, 1]);
      expect([kept(m), counts(m)]).toEqual([KEPT, [0, 0, 1]]);
    },
  );

  test('a number out of range gives ENOSYS and no call', () => {
    const m = machine(call(900));
    m.runTo('done');
    expect([m.get('v0'), m.get('a3'), m.syscalls.length, ...counts(m)]).toEqual([89, 1, 0, 0, 0, 1]);
  });

  test('a call that needs the whole frame goes on by a trap, counted as recognised', () => {
    const m = machine(call(2));
    m.onSyscall = () => 44;
    m.runTo('done');
    expect([m.get('v0'), m.get('a3'), m.counter('entriesRecognisedFull')]).toEqual([44, 0, 1]);
    expect([kept(m), counts(m)]).toEqual([KEPT, [0, 0, 1]]);
  });

  test('a restarted call is made again by the syscall of the program', () => {
    const m = machine(call(MMAP));
    m.onSyscall = () => {
      if (m.syscalls.length > 1) return 9;
      m.setWork(1);
      return -512;
    };
    let epc = 0;
    m.onExitWork = () => {
      if (m.syscalls.length > 1) return m.setWork(0);
      mips.frame.restart(m.kernel, m.frame, false);
      epc = mips.frame.pc(m.kernel, m.frame);
      m.setWork(0);
    };
    m.runTo('done');
    expect(epc).toBe(m.labels.get('trap'));
    expect(m.syscalls.map(({ args }) => args)).toEqual([ARGUMENTS, ARGUMENTS]);
    expect([m.get('v0'), m.get('a3'), kept(m)]).toEqual([9, 0, KEPT]);
  });

  test.each([20, MMAP])('an interrupt at any instruction of it changes nothing (call %i)', (number) => {
    const whole = machine(call(number));
    whole.runTo('trap');
    const before = whole.engine.instructions();
    whole.runTo('done');
    const length = whole.engine.instructions() - before;
    const m = machine(call(number));
    m.onSyscall = () => 1234;
    for (let at = 0; at < length; at++) {
      m.load(call(number));
      m.runTo('trap');
      m.run(at);
      m.engine.setInterrupt(0, true);
      m.runTo('done');
      expect([at, m.interrupts.length, m.get('v0'), kept(m)]).toEqual([at, at + 1, 1234, KEPT]);
    }
  });

  test('a signal before its word was taken up finds the program at the syscall', () => {
    const m = machine(call(20));
    m.runTo('kml_recognised');
    const [first, taken] = ['kml_recognised', 'kml_recognised_taken'].map((name) => m.image.symbols.get(name)! | 0);
    for (let pc = first!; pc < taken!; pc += 4) {
      mips.frame.setPc(m.kernel, m.frame, pc);
      mips.undoRecognised!(m.kernel, m.frame);
      expect(m.read32(m.frame + PT.epc)).toBe(m.labels.get('trap'));
    }
    mips.frame.setPc(m.kernel, m.frame, taken!);
    mips.undoRecognised!(m.kernel, m.frame);
    expect(m.read32(m.frame + PT.epc)).toBe(taken);
  });

  test('in a delay slot, and in user mode, it is a trap', () => {
    const slot = machine('  li v0, 4020\n  b done\n  syscall\ndone:\n  b done\n  nop');
    slot.runTo('done');
    const user = new EntryMachine(false, 'big', true);
    user.load(call(20));
    user.runTo('done');
    expect([counts(slot), counts(user)]).toEqual([
      [1, 0, 0],
      [1, 0, 0],
    ]);
  });
});
