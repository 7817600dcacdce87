import { PTE_USER, PTE_WRITE } from '@kml/core';
import { describe, expect, test } from 'vitest';
import { powerpc } from '../abi.ts';
import { EntryMachine, STACK_TOP } from '../testing/entry-machine.ts';
import { LINE_DECREMENTER, LINE_EXTERNAL } from './constants.ts';

const BOTH = [
  { mode: 'an ordinary process', kernelMode: false },
  { mode: 'a kernel-mode user process', kernelMode: true },
];
const ABSENT = 0x0a00_0000;

describe.each(BOTH)('exceptions of $mode', ({ kernelMode }) => {
  test('a page fault is repaired and the instruction executed again', () => {
    const m = new EntryMachine(kernelMode);
    m.onException = () => m.map(ABSENT, 0x1000, PTE_USER | PTE_WRITE);
    m.load(`
  li r10, 7
  li r11, 11
  lis r12, ${ABSENT >>> 16}
  cmpwi r10, 7
  stw r10, 8(r12)
done:
  b done`);
    m.runTo('done');
    expect(m.exceptions).toEqual([
      {
        frame: m.frame,
        fromUser: true,
        cause: { kind: 'page', address: ABSENT + 8, access: 'write', present: false },
      },
    ]);
    expect([m.read32(ABSENT + 8), m.get('r10'), m.get('r11'), m.get('cr') >>> 28]).toEqual([7, 7, 11, 2]);
    expect(m.counter('entriesFault')).toBe(1);
  });

  test('the frame shows the faulting instruction, and no system call', () => {
    const m = new EntryMachine(kernelMode);
    m.load(`  li r5, 5\n  lis r12, ${ABSENT >>> 16}\nat:\n  lwz r3, 4(r12)`);
    m.run();
    expect(powerpc.frame.registers(m.kernel, m.frame)).toMatchObject({
      ...{ nip: m.labels.get('at')!, r5: 5, r1: STACK_TOP, trap: 0x300, dar: ABSENT + 4, dsisr: 0x4000_0000 },
    });
    expect(powerpc.frame.syscall(m.kernel, m.frame)).toBe(-1);
  });

  test('a jump to an absent page', () => {
    const m = new EntryMachine(kernelMode);
    m.load(`  lis r12, ${ABSENT >>> 16}\n  mtctr r12\n  bctr`);
    m.run();
    expect(m.exceptions[0]).toMatchObject({
      fromUser: true,
      cause: { kind: 'page', address: ABSENT, access: 'execute', present: false },
    });
  });

  test('data cannot be executed', () => {
    const m = new EntryMachine(kernelMode);
    m.load('  lis r12, DATA@h\n  mtctr r12\n  bctr');
    m.run();
    expect(m.exceptions[0]).toMatchObject({ cause: { kind: 'page', access: 'execute', present: true } });
  });

  test.each([
    ['.long 0', 4, 1, 'illegal instruction'],
    ['kernelcall 20', 4, 1, 'illegal instruction'],
    ['trap', 5, 1, 'trap'],
    ['li r3, 2\n  lwarx r4, r0, r3', 7, 1, 'alignment'],
  ])('%s', (code, signo, si, name) => {
    const m = new EntryMachine(kernelMode);
    m.load(`  ${code}`);
    m.run();
    expect(m.exceptions[0]).toMatchObject({ fromUser: true, cause: { kind: 'signal', signo, code: si, name } });
  });

  test.each([
    [LINE_DECREMENTER, 'decrementer'],
    [LINE_EXTERNAL, 'external'],
  ])('interrupt line %i (%s) changes nothing, and work is done on the way back', (line) => {
    const m = new EntryMachine(kernelMode);
    m.load('  li r3, 3\n  li r10, 10\n  li r11, 11\nhere:\n  nop\n  nop\ndone:\n  b done');
    m.runTo('here');
    m.setWork(2);
    m.engine.setInterrupt(line, true);
    m.runTo('done');
    expect(m.interrupts).toEqual([{ line, frame: m.frame }]);
    expect([m.get('r3'), m.get('r10'), m.get('r11'), m.get('r1'), m.exitWork]).toEqual([3, 10, 11, STACK_TOP, 1]);
    expect(m.counter('entriesInterrupt')).toBe(1);
  });

  test('an interrupt of a system call is nested and does no work', () => {
    const m = new EntryMachine(kernelMode);
    m.onSyscall = () => {
      m.engine.setInterrupt(LINE_DECREMENTER, true);
      return 5;
    };
    m.load('  li r0, 20\n  sc\ndone:\n  b done');
    m.runTo('sys_getpid');
    m.setWork(2);
    m.runTo('system_call_result');
    expect([m.interrupts.length, m.exitWork]).toEqual([1, 0]);
    expect(m.interrupts[0]!.frame).toBeLessThan(m.frame);
    m.runTo('done');
    expect([m.get('r3'), m.exitWork]).toEqual([5, 1]);
  });

  test('a reservation does not outlive an interrupt', () => {
    const m = new EntryMachine(kernelMode);
    m.load('  lis r4, DATA@h\n  lwarx r3, r0, r4\nhere:\n  nop\n  stwcx. r4, r0, r4\ndone:\n  b done');
    m.runTo('here');
    m.engine.setInterrupt(LINE_DECREMENTER, true);
    m.runTo('done');
    expect([m.get('cr') >>> 28, m.interrupts.length]).toEqual([0, 1]);
  });
});

describe('privilege', () => {
  test.each(['mfmsr r3', 'mtmsr r3', 'rfi', 'mtsrr0 r3', 'mfsprg0 r3', 'mfsdr1 r3'])(
    '%s is SIGILL in user mode',
    (code) => {
      const m = new EntryMachine(false);
      m.load(`  ${code}`);
      m.run();
      expect(m.exceptions[0]).toMatchObject({ cause: { kind: 'signal', signo: 4, code: 5 } });
    },
  );

  test('a kernel-mode process reads MSR: PR is 0', () => {
    const m = new EntryMachine(true);
    m.load('  mfmsr r3\ndone:\n  b done');
    m.runTo('done');
    expect(m.get('r3') & 0x4000).toBe(0);
  });

  test('an ordinary process faults on kernel data; a kernel-mode one reads it', () => {
    const program = '  lis r4, KERNEL_DATA@h\n  lwz r3, 4(r4)\ndone:\n  b done';
    const user = new EntryMachine(false);
    user.load(program);
    user.run();
    expect(user.exceptions[0]).toMatchObject({ cause: { address: 0xc040_0004, access: 'read', present: true } });
    const trusted = new EntryMachine(true);
    trusted.load(program);
    trusted.runTo('done');
    expect(trusted.get('r3')).toBe(trusted.stackTop);
  });

  test('kernel text cannot be written at kernel privilege', () => {
    const m = new EntryMachine(true);
    m.load('  lis r4, KERNEL_TEXT@h\n  stw r4, 0x300(r4)');
    m.run();
    expect(m.exceptions[0]).toMatchObject({ cause: { address: 0xc000_0300, access: 'write', present: true } });
  });

  test.each([0, 0xc000_0300, 0xfff0_0000, 0x7fff_fff8])(
    'the stack pointer may be 0x%x: the frame is the task’s',
    (sp) => {
      for (const kernelMode of [false, true]) {
        const m = new EntryMachine(kernelMode);
        m.load('  trap', sp);
        m.run();
        expect(m.exceptions[0]).toMatchObject({ frame: m.frame, fromUser: true, cause: { signo: 5 } });
        expect(m.frameWord('r1')).toBe(sp);
      }
    },
  );
});

describe('what the kernel does for programs', () => {
  test('PVR can be read in user mode', () => {
    const m = new EntryMachine(false);
    m.load('  li r5, 5\n  .long 0x7c7f42a6\ndone:\n  b done');
    m.runTo('done');
    expect([m.get('r3'), m.get('r5')]).toEqual([0x0008_0301, 5]);
    expect(m.exceptions).toEqual([]);
  });

  test('popcntb and isel are carried out', () => {
    const m = new EntryMachine(false);
    // popcntb r4, r3; cmpwi r3, 0; isel r5, r3, r4, 2 (EQ); isel r6, r3, r4, 1 (GT)
    m.load(
      '  lis r3, 0x7f01\n  .long 0x7c6400f4\n  cmpwi r3, 0\n  .long 0x7ca3209e\n  .long 0x7cc3205e\ndone:\n  b done',
    );
    m.runTo('done');
    expect([m.get('r4'), m.get('r5'), m.get('r6')]).toEqual([0x0701_0000, 0x0701_0000, 0x7f01_0000]);
  });
});
