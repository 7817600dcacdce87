import { describe, expect, test } from 'vitest';
import { KEPT_REGISTERS, PUT_ARGUMENTS } from '../testing/call-arguments.ts';
import { EntryMachine, STACK_TOP } from '../testing/entry-machine.ts';

const WAYS = [
  { mode: 'an ordinary process', kernelMode: false, order: 'big' },
  { mode: 'an ordinary process', kernelMode: false, order: 'little' },
  { mode: 'a kernel-mode user process', kernelMode: true, order: 'big' },
  { mode: 'a kernel-mode user process', kernelMode: true, order: 'little' },
] as const;

const SP = STACK_TOP - 64;
const ARGUMENTS = `${PUT_ARGUMENTS}
  li t9, 103`;
const KEPT = { ...KEPT_REGISTERS, sp: SP, t9: 103 };

function registersOf(m: EntryMachine, names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, m.get(name)]));
}

describe.each(WAYS)('syscall from $mode, $order-endian', ({ kernelMode, order }) => {
  const program = `${ARGUMENTS}
  li v0, 4020
  syscall
done:
  b done
  nop`;

  test('calls through sys_call_table with eight arguments; an error is a positive number and A3', () => {
    const m = new EntryMachine(kernelMode, order);
    m.onSyscall = () => -89;
    m.load(program);
    m.runTo('done');
    expect(m.syscalls).toEqual([{ number: 20, args: [11, 12, 13, 14, 15, 16, 17, 18] }]);
    expect([m.get('v0'), m.get('a3')]).toEqual([89, 1]);
    expect(registersOf(m, Object.keys(KEPT))).toEqual(KEPT);
    expect([m.counter('entriesTrap'), m.counter('entriesDirect')]).toEqual([1, 0]);
  });

  test('a result that is no error number stays as it is', () => {
    const m = new EntryMachine(kernelMode, order);
    m.onSyscall = () => -1134;
    m.load(program);
    m.runTo('done');
    expect([m.get('v0') | 0, m.get('a3')]).toEqual([-1134, 0]);
  });

  test('a number out of range gives ENOSYS and no call', () => {
    const m = new EntryMachine(kernelMode, order);
    m.load('  li v0, 4999\n  syscall\ndone:\n  b done\n  nop');
    m.runTo('done');
    expect([m.get('v0'), m.get('a3'), m.syscalls.length]).toEqual([89, 1, 0]);
  });

  test('syscall(): the number is the first argument', () => {
    const m = new EntryMachine(kernelMode, order);
    m.onSyscall = () => 5;
    m.load(`${ARGUMENTS}\n  li a0, 4020\n  li v0, 4000\n  syscall\ndone:\n  b done\n  nop`);
    m.runTo('done');
    expect(m.syscalls[0]).toMatchObject({ number: 20, args: [12, 13, 14, 15, 16, 17, 18, 18] });
    expect([m.get('v0'), m.get('a0')]).toEqual([5, 4020]);
  });

  test('stack arguments that cannot be read are 0', () => {
    const m = new EntryMachine(kernelMode, order);
    m.onException = (exception) => {
      expect(exception.fromUser).toBe(false);
      expect(m.abi.fixupException!(m.kernel, exception)).toBe(true);
    };
    m.load('  li a0, 1\n  li v0, 4020\n  syscall\ndone:\n  b done\n  nop', STACK_TOP - 24);
    m.runTo('done');
    expect(m.syscalls[0]!.args.slice(0, 1)).toEqual([1]);
    expect(m.syscalls[0]!.args.slice(6)).toEqual([0, 0]);
    expect(m.exceptions).toHaveLength(2);
  });

  test('a stack pointer in the kernel’s half is EFAULT', () => {
    const m = new EntryMachine(kernelMode, order);
    m.load('  lui sp, 0x9000\n  li v0, 4020\n  syscall\ndone:\n  b done\n  nop');
    m.runTo('done');
    expect([m.get('v0'), m.get('a3'), m.syscalls.length]).toEqual([14, 1, 0]);
  });

  test('work is done before the return, with the result in the frame', () => {
    const m = new EntryMachine(kernelMode, order);
    m.onSyscall = () => {
      m.setWork(1);
      return -77;
    };
    const seen: number[] = [];
    m.onExitWork = () => {
      seen.push(m.abi.frame.result(m.kernel, m.frame), m.abi.frame.syscall(m.kernel, m.frame));
      m.setWork(0);
    };
    m.load(program);
    m.runTo('done');
    expect([seen, m.exitWork, m.get('v0')]).toEqual([[-77, 4020], 1, 77]);
    expect(registersOf(m, ['s0', 'fp', 'sp', 'gp'])).toEqual({ s0: 100, fp: 101, sp: SP, gp: 102 });
  });

  test('a call that was cut short is executed again, with A3 as it was', () => {
    const m = new EntryMachine(kernelMode, order);
    let calls = 0;
    m.onSyscall = () => {
      if (calls++ > 0) return 5;
      m.setWork(1);
      return -512;
    };
    m.onExitWork = () => {
      m.abi.frame.restart(m.kernel, m.frame, false);
      m.setWork(0);
    };
    m.load(program);
    m.runTo('done');
    expect(m.syscalls.map(({ number, args }) => [number, args[3]])).toEqual([
      [20, 14],
      [20, 14],
    ]);
    expect([m.get('v0'), m.get('a3')]).toEqual([5, 0]);
  });

  test('in a delay slot: the branch is carried out, also after a restart', () => {
    const m = new EntryMachine(kernelMode, order);
    let calls = 0;
    m.onSyscall = () => {
      if (calls++ > 0) return 5;
      m.setWork(1);
      return -512;
    };
    m.onExitWork = () => {
      m.abi.frame.restart(m.kernel, m.frame, false);
      m.setWork(0);
    };
    m.load('  li s1, 1\n  li v0, 4020\n  bnez s1, done\n  syscall\n  li s1, 2\ndone:\n  b done\n  nop');
    m.runTo('done');
    expect([m.get('v0'), m.get('s1'), m.syscalls.length]).toEqual([5, 1, 2]);
  });
});
