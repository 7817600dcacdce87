import { describe, expect, test } from 'vitest';
import { powerpc } from '../abi.ts';
import { programMsr } from '../msr.ts';
import { EntryMachine, STACK_TOP } from '../testing/entry-machine.ts';

const BOTH = [
  { mode: 'an ordinary process', kernelMode: false },
  { mode: 'a kernel-mode user process', kernelMode: true },
];

/** Puts a value of its own into every register but r1. */
const FILL = Array.from({ length: 32 }, (_, n) => (n === 1 ? '' : `  li r${n}, ${100 + n}`)).join('\n');
const ALL = Array.from({ length: 32 }, (_, n) => `r${n}`);

const SO = 0x1000_0000;

function program(number: number): string {
  return `${FILL}
  li r9, 77
  mtctr r9
  li r9, 88
  mtlr r9
  cmpwi cr2, r9, 100
  li r9, 109
  li r0, ${number}
  sc
done:
  b done`;
}

describe.each(BOTH)('sc from $mode', ({ kernelMode }) => {
  test('calls through sys_call_table and keeps every register but r3', () => {
    const m = new EntryMachine(kernelMode);
    m.onSyscall = () => 4242;
    m.load(program(20));
    m.runTo('done');
    expect(m.syscalls).toEqual([{ number: 20, args: [103, 104, 105, 106, 107, 108] }]);
    const expected = ALL.map((_, n) => (n === 0 ? 20 : n === 1 ? STACK_TOP : n === 3 ? 4242 : 100 + n));
    expect(ALL.map((name) => m.get(name))).toEqual(expected);
    expect([m.get('ctr'), m.get('lr')]).toEqual([77, 88]);
    // CMPWI set LT in field 2; success leaves CR0.SO clear.
    expect(m.get('cr') & (SO | 0x00f0_0000)).toBe(0x0080_0000);
    expect(m.get('msr')).toBe(programMsr(kernelMode));
    expect([m.counter('entriesTrap'), m.counter('entriesDirect')]).toEqual([1, 0]);
  });

  test('a failure is a positive errno with CR0.SO set', () => {
    const m = new EntryMachine(kernelMode);
    m.onSyscall = () => -38;
    m.load(program(20));
    m.runTo('done');
    expect([m.get('r3'), m.get('cr') & SO]).toEqual([38, SO]);
  });

  test('an address above the errors is a result', () => {
    const m = new EntryMachine(kernelMode);
    m.onSyscall = () => -4096;
    m.load(program(90));
    m.runTo('done');
    expect([m.get('r3') | 0, m.get('cr') & SO]).toEqual([-4096, 0]);
  });

  test('makes a whole frame on top of the kernel stack', () => {
    const m = new EntryMachine(kernelMode);
    let seen: Record<string, number> = {};
    let enabled = 0;
    m.onSyscall = () => {
      seen = powerpc.frame.registers(m.kernel, m.frame);
      enabled = m.get('msr') & 0x8000;
      return 0;
    };
    m.load(program(20));
    m.runTo('done');
    expect(seen).toMatchObject({ r0: 20, r1: STACK_TOP, r2: 102, r3: 103, r10: 110, r11: 111, r31: 131, origR3: 103 });
    expect(seen).toMatchObject({ nip: m.labels.get('done')!, msr: programMsr(kernelMode), trap: 0xc00 });
    expect(seen).toMatchObject({ ctr: 77, link: 88 });
    expect(enabled).toBe(0x8000);
  });

  test.each([451, 100_000 & 0x7fff, -1])('number %i is out of range: ENOSYS and no call', (number) => {
    const m = new EntryMachine(kernelMode);
    m.load(program(number));
    m.runTo('done');
    expect([m.get('r3'), m.get('cr') & SO]).toEqual([38, SO]);
    expect(m.syscalls).toEqual([]);
  });

  test('work is done before the return, with the result in the frame', () => {
    const m = new EntryMachine(kernelMode);
    m.onSyscall = () => {
      m.setWork(1);
      return 77;
    };
    let result = 0;
    m.onExitWork = () => {
      result = powerpc.frame.result(m.kernel, m.frame);
      m.setWork(0);
    };
    m.load(program(20));
    m.runTo('done');
    expect([result, m.exitWork, m.get('r3')]).toEqual([77, 1, 77]);
  });

  test('a restarted call is executed again with its arguments', () => {
    const m = new EntryMachine(kernelMode);
    m.onSyscall = () => {
      if (m.syscalls.length > 1) return 9;
      m.setWork(1);
      return -512;
    };
    m.onExitWork = () => {
      expect(powerpc.frame.result(m.kernel, m.frame)).toBe(-512);
      expect(powerpc.frame.syscall(m.kernel, m.frame)).toBe(20);
      powerpc.frame.restart(m.kernel, m.frame, false);
      expect(powerpc.frame.syscall(m.kernel, m.frame)).toBe(-1);
      m.setWork(0);
    };
    m.load(program(20));
    m.runTo('done');
    expect(m.syscalls.map((seen) => seen.args)).toEqual([
      [103, 104, 105, 106, 107, 108],
      [103, 104, 105, 106, 107, 108],
    ]);
    expect([m.get('r3'), m.get('cr') & SO]).toEqual([9, 0]);
  });

  test('restart_syscall takes the number’s place', () => {
    const m = new EntryMachine(kernelMode);
    m.onSyscall = () => {
      if (m.syscalls.length > 1) return 9;
      m.setWork(1);
      return -516;
    };
    m.onExitWork = () => {
      powerpc.frame.restart(m.kernel, m.frame, true);
      m.setWork(0);
    };
    m.load(program(162));
    m.runTo('done');
    expect(m.syscalls.map((seen) => seen.number)).toEqual([162, 0]);
  });

  test('a result set before the exit counts', () => {
    const m = new EntryMachine(kernelMode);
    m.onSyscall = () => {
      m.setWork(1);
      return -512;
    };
    m.onExitWork = () => {
      powerpc.frame.setResult(m.kernel, m.frame, -4);
      m.setWork(0);
    };
    m.load(program(20));
    m.runTo('done');
    expect([m.get('r3'), m.get('cr') & SO]).toEqual([4, SO]);
  });

  test('a call that replaced the frame has no result', () => {
    const m = new EntryMachine(kernelMode);
    m.onSyscall = () => {
      powerpc.frame.clearSyscall(m.kernel, m.frame);
      m.write32(m.frame + 12, 555);
      return -38;
    };
    m.load(program(119));
    m.runTo('done');
    expect([m.get('r3'), m.get('cr') & SO]).toEqual([555, 0]);
  });
});
