import { describe, expect, test } from 'vitest';
import { MODE_SEGMENTED } from '../state.ts';
import { SEL, SegmentMachine, STACK } from '../testing/segment-machine.ts';
import { GP, NP, SS } from '../vectors.ts';

/** MOV DS, AX and MOV SS, AX. */
const MOV_DS = [0x8e, 0xd8];
const MOV_SS = [0x8e, 0xd0];

function load(m: SegmentMachine, selector: number, bytes: readonly number[]): SegmentMachine {
  m.set({ eax: selector });
  return m.one(...bytes);
}

describe('loading DS', () => {
  test('takes base, limit and attributes from the descriptor', () => {
    const m = load(new SegmentMachine(), SEL.small, MOV_DS);
    expect([m.get('ds'), m.get('dsBase'), m.get('dsLimit')]).toEqual([SEL.small, 0x5000, 0xfff]);
    expect(m.cpu.mode & MODE_SEGMENTED).toBe(MODE_SEGMENTED);
  });

  test('accesses then go through base and limit', () => {
    const m = load(new SegmentMachine(), SEL.small, MOV_DS);
    m.write32(0x5ffc, 0x1234);
    m.one(0xa1, 0xfc, 0x0f, 0, 0);
    expect([m.trap, m.get('eax')]).toEqual([undefined, 0x1234]);
    m.one(0xa1, 0xfd, 0x0f, 0, 0);
    expect(m.trap).toMatchObject({ vector: GP, error: 0 });
  });

  test('a null selector loads; using it is #GP(0)', () => {
    const m = load(new SegmentMachine(), 2, MOV_DS);
    expect([m.trap, m.get('ds')]).toEqual([undefined, 2]);
    m.one(0xa1, 0, 0x50, 0, 0);
    expect(m.trap).toMatchObject({ vector: GP, error: 0 });
  });

  test.each([
    ['execute-only code', 0 as const, SEL.executeOnly, GP],
    ['a system descriptor', 0 as const, SEL.tssA, GP],
    ['a selector beyond the table', 0 as const, SEL.beyond, GP],
    ['a selector of an LDT that there is not', 0 as const, 0x0c, GP],
    ['an absent segment', 0 as const, SEL.absent, NP],
    ['a segment of an inner level', 3 as const, SEL.data0, GP],
    ['an RPL weaker than the segment', 0 as const, SEL.data0 | 3, GP],
  ])('%s is refused', (_what, cpl, selector, vector) => {
    const m = load(new SegmentMachine(cpl), selector, MOV_DS);
    expect(m.trap).toMatchObject({ vector, error: selector & 0xfffc });
    expect(m.get('dsLimit')).toBe(0xffff_ffff);
  });

  test('conforming and readable code, and read-only data, will do', () => {
    for (const selector of [SEL.conforming, SEL.code0, SEL.readOnly]) {
      expect(load(new SegmentMachine(), selector, MOV_DS).trap).toBeUndefined();
    }
  });

  test('sets the accessed bit in memory', () => {
    const m = new SegmentMachine();
    m.write32(0x3000 + SEL.small + 4, 0x00409200);
    load(m, SEL.small, MOV_DS);
    expect(m.access(SEL.small)).toBe(0x93);
  });
});

describe('loading SS', () => {
  test.each([
    ['null', 0, GP, 0],
    ['read-only data', SEL.readOnly, GP, SEL.readOnly],
    ['code', SEL.code0, GP, SEL.code0],
    ['another RPL', SEL.data0 | 3, GP, SEL.data0],
    ['another DPL', SEL.data3 & ~3, GP, SEL.data3 & ~3],
  ])('%s is refused', (_what, selector, vector, error) => {
    expect(load(new SegmentMachine(), selector, MOV_SS).trap).toMatchObject({ vector, error });
  });

  test('an absent segment is #SS', () => {
    expect(load(new SegmentMachine(), SEL.absent, MOV_SS).trap).toMatchObject({ vector: SS, error: SEL.absent });
  });

  test('pushes go to the new segment', () => {
    const m = load(new SegmentMachine(), SEL.small, MOV_SS);
    m.set({ esp: 0x100 });
    m.one(0x6a, 0x77);
    expect([m.read32(0x50fc), m.get('esp')]).toEqual([0x77, 0xfc]);
  });
});

describe('POP and far-pointer loads', () => {
  test('POP DS moves ESP only if the load succeeds', () => {
    const m = new SegmentMachine();
    m.write32(STACK + 0x800, SEL.small);
    m.one(0x1f);
    expect([m.get('ds'), m.get('esp')]).toEqual([SEL.small, STACK + 0x804]);
    const bad = new SegmentMachine();
    bad.write32(STACK + 0x800, SEL.absent);
    bad.one(0x1f);
    expect([bad.trap?.vector, bad.get('esp')]).toEqual([NP, STACK + 0x800]);
  });

  test('LES loads both halves of the pointer', () => {
    const m = new SegmentMachine();
    m.write32(0x2000, 0xcafe_f00d);
    m.write32(0x2004, SEL.small);
    m.one(0xc4, 0x1d, 0, 0x20, 0, 0);
    expect([m.get('ebx'), m.get('es'), m.get('esBase')]).toEqual([0xcafe_f00d, SEL.small, 0x5000]);
  });
});

describe('questions about selectors', () => {
  const flagZ = (m: SegmentMachine) => (m.get('eflags') >> 6) & 1;

  test('LAR and LSL answer for what is visible', () => {
    const m = new SegmentMachine();
    m.set({ ecx: SEL.small });
    m.one(0x0f, 0x02, 0xc1);
    expect([flagZ(m), m.get('eax')]).toEqual([1, 0x0040_9300]);
    m.one(0x0f, 0x03, 0xc1);
    expect([flagZ(m), m.get('eax')]).toEqual([1, 0xfff]);
  });

  test('what is not visible clears ZF and leaves the register', () => {
    const m = new SegmentMachine(3);
    m.set({ ecx: SEL.data0, eax: 5 });
    m.one(0x0f, 0x02, 0xc1);
    expect([flagZ(m), m.get('eax')]).toEqual([0, 5]);
  });

  test('VERR and VERW', () => {
    for (const [selector, readable, writable] of [
      [SEL.data0, 1, 1],
      [SEL.readOnly, 1, 0],
      [SEL.executeOnly, 0, 0],
      [0, 0, 0],
    ] as const) {
      const m = new SegmentMachine();
      m.set({ ecx: selector });
      m.one(0x0f, 0x00, 0xe1);
      expect(flagZ(m)).toBe(readable);
      m.one(0x0f, 0x00, 0xe9);
      expect(flagZ(m)).toBe(writable);
    }
  });

  test('ARPL raises the RPL', () => {
    const m = new SegmentMachine(3);
    m.set({ ebx: 0x18, ecx: 0x3 });
    m.one(0x63, 0xcb);
    expect([m.get('ebx'), flagZ(m)]).toEqual([0x1b, 1]);
    m.one(0x63, 0xcb);
    expect([m.get('ebx'), flagZ(m)]).toEqual([0x1b, 0]);
  });
});
