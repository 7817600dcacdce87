import { describe, expect, test } from 'vitest';
import { DATA, EntryMachine } from '../testing/entry-machine.ts';

const call = (address: string): string => `  mov32 ip, ${address}\n  blx ip\n`;

describe('kuser helpers', () => {
  test('version, thread register, barrier', () => {
    const m = new EntryMachine(false);
    m.set('tpidruro', 0x1234_5678);
    m.load(
      `  mov32 r1, 0xffff0ffc\n  ldr r5, [r1]\n${call('0xffff0fe0')}  mov r6, r0\n${call('0xffff0fa0')}done:\n  b done`,
    );
    m.runTo('done');
    expect([m.get('r5'), m.get('r6')]).toEqual([5, 0x1234_5678]);
  });

  test.each([
    { old: 5, stored: 9, result: 0, carry: 1 },
    { old: 6, stored: 5, result: -1, carry: 0 },
  ])('cmpxchg with $old in place of 5', ({ old, stored, result, carry }) => {
    const m = new EntryMachine(false);
    m.load(
      `  mov r4, #5\n  mov32 r2, DATA\n  str r4, [r2]\n  mov r0, #${old}\n  mov r1, #9\n${call('0xffff0fc0')}done:\n  b done`,
    );
    m.runTo('done');
    expect(m.read32(DATA)).toBe(stored);
    expect([m.get('r0') === 0, (m.get('cpsr') >>> 29) & 1]).toEqual([result === 0, carry]);
  });

  test.each([
    { high: 1, stored: 8, done: true },
    { high: 2, stored: 5, done: false },
  ])('cmpxchg64 with $high in the upper word', ({ high, stored, done }) => {
    const m = new EntryMachine(false);
    m.load(
      `  mov32 r2, DATA\n  mov r4, #5\n  mov r5, #1\n  strd r4, r5, [r2]
  mov r5, #${high}\n  add r0, r2, #8\n  strd r4, r5, [r0]\n  mov r4, #8\n  add r1, r2, #16\n  strd r4, r5, [r1]
${call('0xffff0f60')}done:\n  b done`,
    );
    m.runTo('done');
    expect([m.read32(DATA), m.get('r0') === 0, (m.get('cpsr') >>> 29) & 1]).toEqual([stored, done, done ? 1 : 0]);
    expect(m.get('r4')).toBe(8);
  });
});
