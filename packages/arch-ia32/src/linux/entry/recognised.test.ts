import { describe, expect, test } from 'vitest';
import { i386 } from '../abi.ts';
import { SYS_CALL_TABLE } from '../layout.ts';
import { KU_CS_EXCEPTION } from '../pt-regs.ts';
import { EntryMachine, STACK_TOP } from '../testing/entry-machine.ts';

const KEPT = [11, 12, 13, 14, 15, 16];
const NAMES = ['ebx', 'ecx', 'edx', 'esi', 'edi', 'ebp'];

const call = (number: number): string => `
${NAMES.map((name, i) => `  mov ${name}, ${KEPT[i]}`).join('\n')}
  mov eax, ${number}
trap:
  int 0x80
done:
  jmp done`;

function machine(program: string): EntryMachine {
  const m = new EntryMachine(true, true);
  m.load(program);
  return m;
}

const kept = (m: EntryMachine) => NAMES.map((name) => m.get(name));
const counts = (m: EntryMachine) => [
  m.counter('entriesTrap'),
  m.counter('entriesDirect'),
  m.counter('entriesRecognised'),
];

describe('a recognised int 0x80', () => {
  test('gives the result and keeps the registers', () => {
    const m = machine(call(20));
    m.onSyscall = () => 1234;
    m.runTo('done');
    expect(m.syscalls).toEqual([{ number: 20, args: KEPT }]);
    expect([m.get('eax'), m.get('esp'), m.get('cs')]).toEqual([1234, STACK_TOP, 0x60]);
    expect([kept(m), counts(m)]).toEqual([KEPT, [0, 0, 1]]);
  });

  test('a number out of range gives ENOSYS', () => {
    const m = machine(call(100_000));
    m.runTo('done');
    expect([m.get('eax') | 0, m.get('esp'), m.syscalls.length]).toEqual([-38, STACK_TOP, 0]);
  });

  test.each([2, 11, 120, 173, 190])('number %i goes on through the frame of the trap', (number) => {
    const m = machine(call(number));
    const frame: Record<string, number> = {};
    m.onSyscall = () => {
      Object.assign(frame, i386.frame.registers(m.kernel, m.frame));
      return 44;
    };
    m.runTo('done');
    expect(frame).toMatchObject({ origEax: number, ebx: 11, ecx: 12, edx: 13, esi: 14, edi: 15, ebp: 16 });
    expect(frame).toMatchObject({ cs: KU_CS_EXCEPTION, esp: STACK_TOP, eip: m.labels.get('done')! });
    expect([m.get('eax'), m.get('esp'), m.counter('entriesRecognisedFull')]).toEqual([44, STACK_TOP, 1]);
    expect([kept(m), counts(m)]).toEqual([KEPT, [0, 0, 1]]);
  });

  test('a restarted call is made again by the int 0x80 of the program', () => {
    const m = machine(call(3));
    m.onSyscall = () => {
      if (m.syscalls.length > 1) return 66;
      m.setWork(1);
      return -512;
    };
    let eip = 0;
    m.onExitWork = () => {
      i386.frame.restart(m.kernel, m.frame, false);
      eip = i386.frame.pc(m.kernel, m.frame);
      m.setWork(0);
    };
    m.runTo('done');
    expect(eip).toBe(m.labels.get('trap'));
    expect(m.syscalls.map(({ args }) => args)).toEqual([KEPT, KEPT]);
    expect([m.get('eax'), m.get('esp'), ...counts(m)]).toEqual([66, STACK_TOP, 0, 0, 2]);
    expect(kept(m)).toEqual(KEPT);
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
      expect([at, m.get('eax'), m.get('esp'), kept(m)]).toEqual([at, 1234, STACK_TOP, KEPT]);
    }
  });

  test('a replaced entry of sys_call_table is what is called; the trap of a hook stays a trap', () => {
    const m = machine(`
  mov dword [${SYS_CALL_TABLE} + 80], hook
  mov ebx, 30
  mov ecx, 12
  mov eax, 20
  int 0x80
done:
  jmp done
hook:
  mov eax, 24
  int 0x80
  add eax, [esp + 4]
  ret`);
    m.onSyscall = () => 12;
    m.runTo('done');
    expect([m.get('eax'), m.get('esp'), m.syscalls.map(({ number }) => number)]).toEqual([42, STACK_TOP, [24]]);
    expect(counts(m)).toEqual([1, 0, 1]);
  });

  test('in user mode it is a trap', () => {
    const m = new EntryMachine(false, true);
    m.load(call(20));
    m.runTo('done');
    expect(counts(m)).toEqual([1, 0, 0]);
  });
});
