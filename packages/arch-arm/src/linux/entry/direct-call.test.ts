import { describe, expect, test } from 'vitest';
import { armEabi } from '../abi.ts';
import { EntryMachine, STACK_TOP } from '../testing/entry-machine.ts';

const PROGRAM = `
${[0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11].map((n) => `  mov r${n}, #${11 + n}`).join('\n')}
  mov r7, #20
  mov32 ip, KML_CALL
call:
  blx ip
done:
  b done`;

describe('the direct call', () => {
  test('makes the system call without a trap and keeps the other registers', () => {
    const m = new EntryMachine(true);
    m.onSyscall = () => 7;
    m.load(PROGRAM);
    m.runTo('done');
    expect(m.syscalls).toEqual([{ number: 20, args: [11, 12, 13, 14, 15, 16] }]);
    expect([m.get('r0'), m.get('r1'), m.get('r11'), m.get('r13')]).toEqual([7, 12, 22, STACK_TOP]);
    expect(m.get('cpsr') & 0xff).toBe(0x1f);
    expect([m.counter('entriesTrap'), m.counter('entriesDirect')]).toEqual([0, 1]);
  });

  test('a call that is restarted goes by the trap', () => {
    const m = new EntryMachine(true);
    m.onSyscall = () => {
      if (m.syscalls.length === 1) m.setWork(1);
      return m.syscalls.length;
    };
    m.onExitWork = () => {
      armEabi.frame.restart(m.kernel, m.frame, false);
      m.setWork(0);
    };
    m.load(PROGRAM);
    m.runTo('done');
    expect(m.syscalls.map(({ args }) => args[0])).toEqual([11, 11]);
    expect([m.get('r0'), m.counter('entriesTrap'), m.counter('entriesDirect')]).toEqual([2, 1, 1]);
  });

  test('an interrupt at any instruction of it changes nothing', () => {
    const whole = new EntryMachine(true);
    whole.load(PROGRAM);
    whole.runTo('call');
    const before = whole.engine.instructions();
    whole.runTo('done');
    const length = whole.engine.instructions() - before;
    for (let at = 0; at < length; at++) {
      const m = new EntryMachine(true);
      m.onSyscall = () => 1234;
      m.load(PROGRAM);
      m.runTo('call');
      m.run(at);
      m.engine.setInterrupt(0, true);
      m.runTo('done');
      expect([at, m.interrupts.length, m.get('r0'), m.get('r13')]).toEqual([at, 1, 1234, STACK_TOP]);
      expect([1, 2, 3, 8, 11].map((n) => m.get(`r${n}`))).toEqual([12, 13, 14, 19, 22]);
    }
  });

  test('work that waits finds a whole frame, of the program behind its SVC', () => {
    const m = new EntryMachine(true);
    m.onSyscall = () => {
      m.setWork(1);
      return 7;
    };
    const seen: number[] = [];
    m.onExitWork = () => {
      for (let n = 0; n <= 11; n++) seen.push(m.frameWord(`r${n}` as 'r0'));
      seen.push(m.frameWord('sp'), m.frameWord('lr'), m.frameWord('origR0'), m.frameWord('cpsr') & 0xff);
      seen.push(armEabi.frame.syscall(m.kernel, m.frame));
      m.setWork(0);
    };
    m.load(PROGRAM);
    m.runTo('done');
    const done = m.labels.get('done')!;
    expect(seen).toEqual([7, 12, 13, 14, 15, 16, 17, 20, 19, 20, 21, 22, STACK_TOP, done, 11, 0x1f, 20]);
    expect([m.get('r0'), m.get('r13'), m.get('cpsr') & 0xff]).toEqual([7, STACK_TOP, 0x1f]);
    expect([m.counter('entriesDirect'), m.counter('entriesDirectFull')]).toEqual([1, 1]);
  });

  test('a call that needs a whole frame goes on with one', () => {
    const m = new EntryMachine(true);
    m.onSyscall = () => m.frameWord('r6');
    m.load(PROGRAM.replace('mov r7, #20', 'mov r7, #2'));
    m.runTo('done');
    expect([m.get('r0'), m.get('r13')]).toEqual([17, STACK_TOP]);
    expect([m.counter('entriesDirect'), m.counter('entriesDirectFull')]).toEqual([1, 1]);
  });

  test('an ordinary process that tries it faults', () => {
    const m = new EntryMachine(false);
    m.load(PROGRAM);
    m.run(300);
    expect(m.exceptions).toMatchObject([{ fromUser: true, cause: { kind: 'page', access: 'execute', present: true } }]);
    expect(m.syscalls).toEqual([]);
  });
});
