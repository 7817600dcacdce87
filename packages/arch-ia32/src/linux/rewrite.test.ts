import { describe, expect, test } from 'vitest';
import { NR_SYSCALLS } from './entry/constants.ts';
import { entryLabel } from './entry/kernel-text.ts';
import { ladder } from './ladder.ts';

const page = ladder();
const view = new DataView(page.buffer);
const PREFIXES = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0xf2, 0xf3]);
const EXIT = page.indexOf(0xe9);

/** Follows the jumps from an address of the page: where they leave it, and how many they were. */
function follow(from: number): { to: number; jumps: number } {
  let at = from;
  for (let jumps = 1; jumps < 1000; jumps++) {
    while (PREFIXES.has(page[at]!)) at++;
    if (at >= page.length) return { to: at, jumps };
    if (page[at] === 0xe9) return { to: (at + 5 + view.getInt32(at + 1, true)) >>> 0, jumps };
    expect(page[at], `opcode at ${at}, from ${from}`).toBe(0xeb);
    at += 2 + view.getInt8(at + 1);
  }
  throw new Error(`from ${from} the jumps go round in circles`);
}

describe('the ladder in page 0', () => {
  test('leads every number of a call to the gate in a few jumps', () => {
    for (let number = 0; number < NR_SYSCALLS; number++) {
      const { to, jumps } = follow(number);
      expect(to, `from ${number}`).toBe(entryLabel('kml_gate'));
      expect(jumps, `from ${number}`).toBeLessThanOrEqual(9);
    }
  });

  test('leads the numbers beyond to the same place, but the last, which runs out of the page', () => {
    for (let number = NR_SYSCALLS; number < 4095; number++) {
      // Within the exit: other instructions (tests/guest executes them).
      if (number > EXIT && number < EXIT + 7) continue;
      expect(follow(number).to, `from ${number}`).toBe(entryLabel('kml_gate'));
    }
    expect(follow(4095).to).toBe(4096);
  });
});
