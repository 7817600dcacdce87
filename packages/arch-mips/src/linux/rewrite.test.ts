import { describe, expect, test } from 'vitest';
import { rewriteAbi } from './rewrite.ts';

const BASE = 0x40_0000;
const SITE = BASE + 0x100;
const LI = 0x2402_0fa4;
const SYSCALL = 0x0c;

/** Plans the SYSCALL at SITE with these words of text besides, by address. */
function plan(words: Readonly<Record<number, number>>, little = true) {
  const text = new DataView(new ArrayBuffer(0x400));
  for (const [at, word] of Object.entries({ [SITE]: SYSCALL, [SITE - 4]: LI, ...words })) {
    text.setUint32(Number(at) - BASE, word, little);
  }
  const read = (address: number, length: number) =>
    address >= BASE && address + length <= BASE + 0x400
      ? new Uint8Array(text.buffer.slice(address - BASE, address - BASE + length))
      : undefined;
  return rewriteAbi(little).plan(undefined as never, undefined as never, SITE, read);
}

describe.each([true, false])('little-endian: %s', (little) => {
  test('the pair becomes a jump to a stub that loads V0, and a trap on V0', () => {
    const site = plan({}, little);
    if (typeof site === 'string') throw new Error(site);
    expect(site.start).toBe(SITE - 4);
    const { patch, stub } = site.make(0x41_0000);
    const view = new DataView(patch.buffer);
    expect(view.getUint32(0, little)).toBe(0x0800_0000 | (0x41_0000 >> 2));
    // teqi v0, 4004
    expect(view.getUint32(4, little)).toBe(0x044c_0fa4);
    expect(new DataView(stub!.buffer).getUint32(0, little)).toBe(LI);
  });

  test.each([
    ['MIPS: no load of V0 in front', { [SITE - 4]: 0x8fa2_0014 }],
    ['MIPS: no load of V0 in front', { [SITE - 4]: 0x2403_0fa4 }],
    ['signal trampoline', { [SITE - 4]: 0x2402_1061 }],
    ['MIPS: the load of V0 lies in a delay slot', { [SITE - 8]: 0x1000_0004 }],
    ['MIPS: a branch leads to the SYSCALL', { [SITE + 0x10]: 0x1440_0000 | (-5 & 0xffff) }],
    ['MIPS: a branch leads to the SYSCALL', { [SITE - 0x40]: 0x0800_0000 | (SITE >> 2) }],
  ])('%s', (reason, words) => {
    expect(plan(words, little)).toBe(reason);
  });

  test('a branch to the load is none to the SYSCALL', () => {
    expect(typeof plan({ [SITE + 0x10]: 0x1440_0000 | (-6 & 0xffff) }, little)).toBe('object');
  });
});
