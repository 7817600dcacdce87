import { describe, expect, test } from 'vitest';
import { armEabi } from '../abi.ts';
import { EntryMachine, STACK_TOP, TEXT } from '../testing/entry-machine.ts';

const BOTH = [
  { mode: 'an ordinary process', kernelMode: false, m: 0x10 },
  { mode: 'a kernel-mode user process', kernelMode: true, m: 0x1f },
];

const ARGUMENTS = [0, 1, 2, 3, 4, 5].map((n) => `  mov r${n}, #${11 + n}`).join('\n');
const KEPT = { r1: 12, r2: 13, r3: 14, r4: 15, r5: 16, r6: 17, r8: 18, r9: 19, r10: 20, r11: 21, r12: 22, r14: 23 };

function registersOf(m: EntryMachine, names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, m.get(name)]));
}

describe.each(BOTH)('svc from $mode', ({ kernelMode, m: modeBits }) => {
  const program = `${ARGUMENTS}
${[6, 8, 9, 10, 11, 12, 14].map((n, i) => `  mov r${n}, #${17 + i}`).join('\n')}
  mov r7, #20
  cmp r7, #21
  svc #0
done:
  b done`;

  test('calls through sys_call_table and keeps the flags and all registers but r0', () => {
    const m = new EntryMachine(kernelMode);
    m.onSyscall = () => -38;
    m.load(program);
    m.runTo('done');
    expect(m.syscalls).toEqual([{ number: 20, args: [11, 12, 13, 14, 15, 16] }]);
    expect(m.get('r0') | 0).toBe(-38);
    expect(registersOf(m, Object.keys(KEPT))).toEqual(KEPT);
    expect(m.get('r13')).toBe(STACK_TOP);
    // CMP left N set, Z and C clear; interrupts are on.
    expect(m.get('cpsr')).toBe((0x8000_0000 + modeBits) >>> 0);
    expect(m.counter('entriesTrap')).toBe(1);
    expect(m.counter('entriesDirect')).toBe(0);
  });

  test('makes a whole frame on top of the kernel stack', () => {
    const m = new EntryMachine(kernelMode);
    let seen: Record<string, number> = {};
    m.onSyscall = () => {
      seen = armEabi.frame.registers(m.kernel, m.frame);
      return 0;
    };
    m.load(program);
    m.runTo('done');
    const { r14, ...general } = KEPT;
    expect(seen).toMatchObject({ ...general, r0: 11, r7: 20, origR0: 11, sp: STACK_TOP, lr: r14 });
    expect(seen).toMatchObject({ pc: m.labels.get('done')!, cpsr: (0x8000_0000 + modeBits) >>> 0 });
    expect(armEabi.frame.syscall(m.kernel, m.frame)).toBe(20);
  });

  test('a number out of range gives ENOSYS and no call', () => {
    const m = new EntryMachine(kernelMode);
    m.load('  mov32 r7, 1000\n  svc #0\n  mov r1, r0\n  mov32 r7, 0xeffff\n  svc #0\ndone:\n  b done');
    m.runTo('done');
    expect([m.get('r0') | 0, m.get('r1') | 0]).toEqual([-38, -38]);
    expect(m.syscalls).toEqual([]);
  });

  test('private numbers have a table of their own', () => {
    const m = new EntryMachine(kernelMode);
    m.onSyscall = () => 5;
    m.load('  mov r0, #1\n  mov32 r7, 0xf0005\n  svc #0\ndone:\n  b done');
    m.runTo('done');
    expect(m.syscalls.map(({ number, args }) => [number, args[0]])).toEqual([[0x805, 1]]);
    expect(m.get('r0')).toBe(5);
  });

  test('work is done before the return, with the result in the frame', () => {
    const m = new EntryMachine(kernelMode);
    m.onSyscall = () => {
      m.setWork(1);
      return 77;
    };
    let result = 0;
    m.onExitWork = () => {
      result = m.frameWord('r0');
      m.setWork(0);
    };
    m.load(program);
    m.runTo('done');
    expect([result, m.exitWork, m.get('r0')]).toEqual([77, 1, 77]);
  });

  test('a call is executed again with its first argument', () => {
    const m = new EntryMachine(kernelMode);
    m.onSyscall = ({ args }) => {
      if (m.syscalls.length === 1) m.setWork(1);
      return m.syscalls.length === 1 ? -512 : args[0]! + 100;
    };
    m.onExitWork = () => {
      armEabi.frame.restart(m.kernel, m.frame, false);
      m.setWork(0);
    };
    m.load(program);
    m.runTo('done');
    expect(m.syscalls.map(({ number, args }) => [number, args[0]])).toEqual([
      [20, 11],
      [20, 11],
    ]);
    expect([m.get('r0'), m.counter('entriesTrap')]).toEqual([111, 2]);
  });

  test('restart_syscall is made without a trap, and r7 stays', () => {
    const m = new EntryMachine(kernelMode);
    m.onSyscall = () => {
      if (m.syscalls.length === 1) m.setWork(1);
      return m.syscalls.length === 1 ? -516 : 9;
    };
    m.onExitWork = () => {
      armEabi.frame.restart(m.kernel, m.frame, true);
      m.setWork(0);
    };
    m.load(program);
    m.runTo('done');
    expect(m.syscalls.map(({ number }) => number)).toEqual([20, 0]);
    expect([m.get('r0'), m.get('r7'), m.counter('entriesTrap')]).toEqual([9, 20, 1]);
  });

  test('T32: the frame’s pc has no bit 0, and the SVC is two bytes', () => {
    const m = new EntryMachine(kernelMode);
    const frames: Record<string, number>[] = [];
    m.onSyscall = () => {
      frames.push(armEabi.frame.registers(m.kernel, m.frame));
      if (frames.length === 1) m.setWork(1);
      return 3;
    };
    m.onExitWork = () => {
      expect(armEabi.frame.pc(m.kernel, m.frame) >>> 0).toBe(m.labels.get('done')! + 1);
      armEabi.frame.restart(m.kernel, m.frame, false);
      m.setWork(0);
    };
    // movs r7, #20; svc #0; b .
    m.load('  mov32 r1, thumb + 1\n  bx r1\nthumb:\n  .long 0xdf002714\ndone:\n  .long 0xe7fee7fe');
    m.run(400);
    expect(m.cpu.pc >>> 0).toBe(m.labels.get('done')! + 1);
    expect([frames.length, m.get('r0')]).toEqual([2, 3]);
    expect(frames[0]).toMatchObject({ pc: m.labels.get('done')!, r7: 20 });
    expect(frames[0]!.cpsr! & 0x20).toBe(0x20);
  });
});

describe('numbers of the old ABI', () => {
  test('in the instruction give ENOSYS', () => {
    const m = new EntryMachine(false);
    m.load('  mov r7, #20\n  svc #0x900014\n  mov r1, r0\n  svc #1\ndone:\n  b done');
    m.runTo('done');
    expect(m.syscalls.map(({ number }) => number)).toEqual([20]);
    expect([m.get('r1'), m.get('r0') | 0, m.oldCalls]).toEqual([0, -38, 1]);
  });

  test('an instruction that cannot be read is fetched again', () => {
    const m = new EntryMachine(false);
    m.onException = (exception) => {
      if (exception.fromUser) m.engine.stop();
      else expect(armEabi.fixupException!(m.kernel, exception)).toBe(true);
    };
    m.load('  mov r7, #20\nhere:\n  svc #0\nend:\n  b end');
    m.runTo('entry_svc');
    m.unmap(TEXT);
    m.run(1000);
    expect(m.exceptions.map(({ fromUser, cause }) => [fromUser, cause.kind === 'page' && cause.access])).toEqual([
      [false, 'read'],
      [true, 'execute'],
    ]);
    expect(m.frameWord('pc')).toBe(m.labels.get('here')!);
  });
});
