import { PTE_USER, PTE_WRITE } from '@kml/core';
import { describe, expect, test } from 'vitest';
import { DATA, EntryMachine, STACK_TOP } from '../testing/entry-machine.ts';

const WAYS = [
  { mode: 'an ordinary process', kernelMode: false, order: 'big' },
  { mode: 'an ordinary process', kernelMode: false, order: 'little' },
  { mode: 'a kernel-mode user process', kernelMode: true, order: 'big' },
  { mode: 'a kernel-mode user process', kernelMode: true, order: 'little' },
] as const;
const ABSENT = 0x0a00_0000;
const LOOP = 'done:\n  b done\n  nop';

describe.each(WAYS)('exceptions of $mode, $order-endian', ({ kernelMode, order }) => {
  test('a page fault is repaired and the instruction executed again, all registers kept', () => {
    const m = new EntryMachine(kernelMode, order);
    m.onException = () => m.map(ABSENT, 0x1000, PTE_USER | PTE_WRITE);
    m.load(`
  li t0, 7
  li at, 8
  li s3, 9
  li t8, 10
  mthi t8
  lui t1, ${ABSENT >>> 16}
  sw t0, 8(t1)
${LOOP}`);
    m.runTo('done');
    expect(m.exceptions).toEqual([
      { frame: m.frame, fromUser: true, cause: { kind: 'page', address: ABSENT + 8, access: 'write', present: false } },
    ]);
    expect(m.read32(ABSENT + 8)).toBe(7);
    expect(['t0', 'at', 's3', 't8', 'sp'].map((name) => m.get(name))).toEqual([7, 8, 9, 10, STACK_TOP - 64]);
    expect(m.counter('entriesFault')).toBe(1);
  });

  test('a fault in a delay slot executes the branch again', () => {
    const m = new EntryMachine(kernelMode, order);
    m.onException = () => m.map(ABSENT, 0x1000, PTE_USER | PTE_WRITE);
    m.load(`
  lui t1, ${ABSENT >>> 16}
  li t2, 5
at:
  b over
  sw t2, 0(t1)
  li t2, 6
over:
${LOOP}`);
    m.runTo('done');
    expect(m.abi.frame.pc(m.kernel, m.frame)).toBe(m.labels.get('at'));
    expect([m.read32(ABSENT), m.get('t2')]).toEqual([5, 5]);
  });

  test.each([
    ['break 0', 5, 1, 'break'],
    ['break 6', 8, 2, 'overflow'],
    ['break 7', 8, 1, 'divide by zero'],
    ['.word 0x000001f4', 8, 1, 'divide by zero'], // teq zero, zero, 7
    ['.word 0x00000034', 5, 0x80, 'trap'], // teq zero, zero
    ['.word 0x0000003f', 4, 1, 'reserved instruction'],
    ['kernelcall 20', 4, 1, 'reserved instruction'],
  ])('%s', (code, signo, si, name) => {
    const m = new EntryMachine(kernelMode, order);
    m.load(`at:\n  ${code}`);
    m.run();
    const address = m.labels.get('at');
    expect(m.exceptions[0]).toMatchObject({
      fromUser: true,
      cause: { kind: 'signal', signo, code: si, name, address },
    });
  });

  test('loads and stores that are not aligned are carried out, in delay slots too', () => {
    const m = new EntryMachine(kernelMode, order);
    m.load(`
  lui s0, %hi(DATA)
  addiu s0, s0, %lo(DATA)
  lui t0, 0x1234
  ori t0, t0, 0x8678
  sw t0, 1(s0)
  lw t1, 1(s0)
  lh t2, 1(s0)
  lhu t3, 3(s0)
  b over
  lw t4, 1(s0)
  li t4, 0
over:
  sh t0, 7(s0)
  lhu t5, 7(s0)
${LOOP}`);
    m.runTo('done');
    const big = order === 'big';
    expect(m.exceptions).toEqual([]);
    expect(['t1', 't2', 't3', 't4', 't5'].map((name) => m.get(name))).toEqual([
      0x1234_8678,
      big ? 0x1234 : 0xffff_8678,
      big ? 0x8678 : 0x1234,
      0x1234_8678,
      0x8678,
    ]);
    expect(m.read32(DATA)).toBe(big ? 0x0012_3486 : 0x3486_7800);
  });

  test('a jump to an address that is not aligned is SIGBUS', () => {
    const m = new EntryMachine(kernelMode, order);
    m.load(`  lui t0, 0x40\n  ori t0, t0, 2\n  jr t0\n  nop`);
    m.run();
    expect(m.exceptions[0]!.cause).toMatchObject({ kind: 'signal', signo: 7, code: 1, address: 0x40_0002 });
  });

  test('the timer’s interrupt comes and goes unseen', () => {
    const m = new EntryMachine(kernelMode, order);
    m.load(`  li t0, 100\nagain:\n  addiu t0, t0, -1\n  bnez t0, again\n  nop\n${LOOP}`);
    m.runTo('again');
    m.engine.setInterrupt(0, true);
    m.runTo('done');
    expect(m.interrupts).toEqual([{ line: 0, frame: m.frame }]);
    expect([m.get('t0'), m.counter('entriesInterrupt')]).toEqual([0, 1]);
  });
});

describe.each(['big', 'little'] as const)('addresses of the kernel’s, %s-endian', (order) => {
  test('an ordinary process has none: SIGSEGV, aligned or not', () => {
    for (const [load, offset] of [
      ['lw', 0],
      ['lw', 1],
      ['lb', 1],
    ] as const) {
      const m = new EntryMachine(false, order);
      m.load(`  lui t0, 0x8040\n  ${load} t1, ${offset}(t0)`);
      m.run();
      expect(m.exceptions[0]!.cause).toMatchObject({ kind: 'signal', signo: 11, address: 0x8040_0000 + offset });
    }
  });

  test('a kernel-mode process reads them, writes data, and faults on text', () => {
    const m = new EntryMachine(true, order);
    m.load(`  lui t0, 0x8040\n  lw s1, 4(t0)\n  lui t2, 0x8010\n  sw s1, 0(t2)`);
    m.run();
    expect(m.get('s1')).toBe(m.stackTop);
    expect(m.exceptions[0]!.cause).toEqual({ kind: 'page', address: 0x8010_0000, access: 'write', present: true });
  });
});
