import { describe, expect, test } from 'vitest';
import { armEabi } from '../abi.ts';
import { DATA, EntryMachine, STACK_TOP, TEXT } from '../testing/entry-machine.ts';

const BOTH = [
  { mode: 'an ordinary process', kernelMode: false, m: 0x10 },
  { mode: 'a kernel-mode user process', kernelMode: true, m: 0x1f },
];

describe.each(BOTH)('exceptions of $mode', ({ kernelMode, m: modeBits }) => {
  test('a data abort: address, direction, the faulting instruction; it is executed again', () => {
    const m = new EntryMachine(kernelMode);
    m.onException = () => m.map(DATA + 0x1000, 0x1000, 0xf);
    m.load('  mov32 r1, DATA + 0x1010\n  mov r2, #7\nfault:\n  str r2, [r1]\n  mov r4, #1\ndone:\n  b done');
    m.runTo('done');
    expect(m.exceptions).toMatchObject([
      { fromUser: true, cause: { kind: 'page', address: DATA + 0x1010, access: 'write', present: false } },
    ]);
    expect([m.read32(DATA + 0x1010), m.get('r13'), m.get('cpsr') & 0x1f]).toEqual([7, STACK_TOP, modeBits]);
    expect(m.counter('entriesFault')).toBe(1);
  });

  test('a write to a page that may only be read', () => {
    const m = new EntryMachine(kernelMode);
    m.load('  mov32 r1, here\nhere:\n  str r1, [r1]\n  b here');
    m.run(300);
    expect(m.exceptions).toMatchObject([
      { fromUser: true, cause: { kind: 'page', address: TEXT + 8, access: 'write', present: true } },
    ]);
  });

  test('a jump to nowhere', () => {
    const m = new EntryMachine(kernelMode);
    m.load('  mov32 r1, 0x01000000\n  bx r1');
    m.run(300);
    expect(m.exceptions).toMatchObject([
      { fromUser: true, cause: { kind: 'page', address: 0x0100_0000, access: 'execute', present: false } },
    ]);
    expect(m.frameWord('pc')).toBe(0x0100_0000);
  });

  test('an undefined instruction is SIGILL at its address, a breakpoint SIGTRAP', () => {
    for (const [word, signo] of [
      ['0xe7f000f0', 4],
      ['0xe7f001f0', 5],
    ] as const) {
      const m = new EntryMachine(kernelMode);
      m.load(`  mov r0, #9\nbad:\n  .long ${word}`);
      m.run(300);
      expect(m.exceptions).toMatchObject([
        { fromUser: true, cause: { kind: 'signal', signo, address: m.labels.get('bad')! } },
      ]);
      expect([m.frameWord('pc'), m.frameWord('r0')]).toEqual([m.labels.get('bad')!, 9]);
    }
  });

  test('undefined in T32: the frame stands at it', () => {
    const m = new EntryMachine(kernelMode);
    m.load('  mov32 r1, thumb + 1\n  bx r1\nthumb:\n  .long 0xde002001');
    m.run(300);
    expect(m.exceptions).toMatchObject([{ cause: { signo: 4, address: m.labels.get('thumb')! + 2 } }]);
    expect(armEabi.frame.pc(m.kernel, m.frame) >>> 0).toBe(m.labels.get('thumb')! + 3);
  });

  test('BKPT is a hardware breakpoint trap', () => {
    const m = new EntryMachine(kernelMode);
    m.load('here:\n  bkpt #1');
    m.run(300);
    expect(m.exceptions).toMatchObject([{ cause: { kind: 'signal', signo: 5, code: 4, address: TEXT } }]);
  });

  test('an interrupt finds and leaves every register as it was', () => {
    const m = new EntryMachine(kernelMode);
    m.load(`
${Array.from({ length: 13 }, (_, n) => `  mov r${n}, #${n + 1}`).join('\n')}
  mov lr, #99
  cmp r0, #0
loop:
  b loop`);
    m.runTo('loop');
    const before = Array.from({ length: 15 }, (_, n) => m.get(`r${n}`));
    const flags = m.get('cpsr');
    m.engine.setInterrupt(0, true);
    m.run(200);
    m.runTo('loop');
    expect(m.interrupts).toEqual([{ line: 0, frame: m.frame }]);
    expect(Array.from({ length: 15 }, (_, n) => m.get(`r${n}`))).toEqual(before);
    expect(m.get('cpsr')).toBe(flags);
    expect(m.counter('entriesInterrupt')).toBe(1);
  });

  test('an interrupt of kernel text returns there, and its work waits for the way out', () => {
    const m = new EntryMachine(kernelMode);
    m.load('  mov r7, #20\n  svc #0\ndone:\n  b done');
    m.runTo('syscall_traced');
    m.setWork(2);
    m.engine.setInterrupt(0, true);
    m.runTo('syscall_result');
    expect(m.interrupts.length).toBe(1);
    expect(m.interrupts[0]!.frame).toBeLessThan(m.frame);
    expect(m.exitWork).toBe(0);
    m.runTo('done');
    expect([m.exitWork, m.syscalls.length]).toEqual([1, 1]);
  });
});

describe('kernel memory', () => {
  test('an ordinary process faults on kernel text, a kernel-mode process reads kernel data', () => {
    const source = '  mov32 r1, SYS\n  ldr r2, [r1]\ndone:\n  b done';
    const user = new EntryMachine(false);
    const table = `0x${user.image.symbols.get('sys_call_table')!.toString(16)}`;
    user.load(source.replace('SYS', table));
    user.run(300);
    expect(user.exceptions).toMatchObject([{ fromUser: true, cause: { kind: 'page', access: 'read', present: true } }]);
    const kernel = new EntryMachine(true);
    kernel.load(source.replace('SYS', table));
    kernel.runTo('done');
    expect(kernel.get('r2')).toBe(kernel.image.symbols.get('sys_restart_syscall')!);
  });

  test('the kernel call is undefined outside of kernel text', () => {
    const m = new EntryMachine(true);
    m.load('  kernelcall 20\n  nop');
    m.run(300);
    expect(m.exceptions).toMatchObject([{ fromUser: true, cause: { kind: 'signal', signo: 4 } }]);
  });
});
