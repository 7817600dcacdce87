import { describe, expect, test } from 'vitest';
import { armEabi } from '../abi.ts';
import { EntryMachine, STACK_TOP } from '../testing/entry-machine.ts';

const PROGRAM = `
${[0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11].map((n) => `  mov r${n}, #${11 + n}`).join('\n')}
  mov r7, #20
  mov32 ip, KML_CALL
  blx ip
done:
  b done`;

describe('the direct call', () => {
  test('makes the system call without a trap and keeps all registers but r0', () => {
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

  test('an ordinary process that tries it faults', () => {
    const m = new EntryMachine(false);
    m.load(PROGRAM);
    m.run(300);
    expect(m.exceptions).toMatchObject([{ fromUser: true, cause: { kind: 'page', access: 'execute', present: true } }]);
    expect(m.syscalls).toEqual([]);
  });
});
