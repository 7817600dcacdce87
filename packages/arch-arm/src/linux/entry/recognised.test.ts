import { describe, expect, test } from 'vitest';
import { armEabi } from '../abi.ts';
import { PT } from '../pt-regs.ts';
import { EntryMachine, STACK_TOP } from '../testing/entry-machine.ts';

const REGISTERS = [1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12];

const call = (number: number, trap = 'svc #0'): string => `
${[0, ...REGISTERS].map((n) => `  mov r${n}, #${11 + n}`).join('\n')}
  mov lr, #99
  mov r7, #${number}
  cmp r1, #12
trap:
  ${trap}
done:
  b done`;

function machine(program: string): EntryMachine {
  const m = new EntryMachine(true, true);
  m.load(program);
  return m;
}

const kept = (m: EntryMachine) => REGISTERS.map((n) => m.get(`r${n}`));
const KEPT = REGISTERS.map((n) => 11 + n);
const counts = (m: EntryMachine) => [
  m.counter('entriesTrap'),
  m.counter('entriesDirect'),
  m.counter('entriesRecognised'),
];

describe('a recognised SVC', () => {
  test('gives the result and keeps everything else, LR and the flags too', () => {
    const m = machine(call(20));
    m.onSyscall = () => 7;
    m.runTo('done');
    expect(m.syscalls).toEqual([{ number: 20, args: [11, 12, 13, 14, 15, 16] }]);
    expect([m.get('r0'), kept(m), m.get('r13'), m.get('r14')]).toEqual([7, KEPT, STACK_TOP, 99]);
    expect([m.get('cpsr') >>> 28, m.get('cpsr') & 0xff]).toEqual([6, 0x1f]);
    expect(counts(m)).toEqual([0, 0, 1]);
  });

  test('its frame is that of the trap: it goes on behind the SVC, in SYS mode', () => {
    const m = machine(call(2));
    let frame: Record<string, number> = {};
    m.onSyscall = () => {
      frame = armEabi.frame.registers(m.kernel, m.frame);
      return 44;
    };
    m.runTo('done');
    expect(frame).toMatchObject({ r0: 11, r7: 2, pc: m.labels.get('done')! });
    expect([m.get('r0'), kept(m)]).toEqual([44, KEPT]);
  });

  test('a call that is restarted is made again by the SVC of the program', () => {
    const m = machine(call(3));
    m.onSyscall = () => {
      if (m.syscalls.length === 1) m.setWork(1);
      return m.syscalls.length;
    };
    let pc = 0;
    m.onExitWork = () => {
      armEabi.frame.restart(m.kernel, m.frame, false);
      pc = armEabi.frame.pc(m.kernel, m.frame);
      m.setWork(0);
    };
    m.runTo('done');
    expect(pc).toBe(m.labels.get('trap'));
    expect(m.syscalls.map(({ args }) => args[0])).toEqual([11, 11]);
    expect([m.get('r0'), kept(m), counts(m)]).toEqual([2, KEPT, [0, 0, 2]]);
  });

  test('a condition that fails steps over it', () => {
    const m = machine(call(20, 'svcne #0'));
    m.runTo('done');
    expect([m.get('r0'), m.syscalls.length, ...counts(m)]).toEqual([11, 0, 0, 0, 0]);
  });

  test('a condition that holds does not', () => {
    const m = machine(call(20, 'svceq #0'));
    m.onSyscall = () => 7;
    m.runTo('done');
    expect([m.get('r0'), ...counts(m)]).toEqual([7, 0, 0, 1]);
  });

  test('a number in the instruction leaves it a trap', () => {
    const m = machine(call(20, 'svc #0x900014'));
    m.runTo('done');
    expect(counts(m)).toEqual([1, 0, 0]);
  });

  test('an interrupt at any instruction of it changes nothing', () => {
    const whole = machine(call(20));
    whole.runTo('trap');
    const before = whole.engine.instructions();
    whole.runTo('done');
    const length = whole.engine.instructions() - before;
    for (let at = 0; at < length; at++) {
      const m = machine(call(20));
      m.onSyscall = () => 1234;
      m.runTo('trap');
      m.run(at);
      m.engine.setInterrupt(0, true);
      m.runTo('done');
      expect([at, m.get('r0'), m.get('r13'), kept(m)]).toEqual([at, 1234, STACK_TOP, KEPT]);
    }
  });

  test('a signal before its word was taken up finds the program at the SVC', () => {
    const m = machine(call(20));
    m.runTo('kml_recognised');
    const entry = m.image.symbols.get('kml_recognised')! | 0;
    m.write32(m.frame + PT.pc, entry);
    m.write32(m.frame + PT.cpsr, 0x1f);
    armEabi.undoRecognised!(m.kernel, m.frame);
    expect([m.read32(m.frame + PT.pc), m.read32(m.frame + PT.cpsr)]).toEqual([m.labels.get('trap'), 0x1f]);
    m.write32(m.frame + PT.pc, entry + 4);
    armEabi.undoRecognised!(m.kernel, m.frame);
    expect(m.read32(m.frame + PT.pc) | 0).toBe(entry + 4);
  });

  test('in user mode it is a trap', () => {
    const m = new EntryMachine(false, true);
    m.load(call(20));
    m.runTo('done');
    expect(counts(m)).toEqual([1, 0, 0]);
  });
});
