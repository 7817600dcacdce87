import { describe, expect, test } from 'vitest';
import { CODE, SEL, SegmentMachine, STACK } from '../testing/segment-machine.ts';
import { GP, NP } from '../vectors.ts';

const TOP = STACK + 0x800;

/** Words at the stack pointer, lowest first. */
function stack(m: SegmentMachine, words: readonly number[]): void {
  words.forEach((word, i) => {
    m.write32(TOP + 4 * i, word);
  });
}

/** JMP and CALL selector:offset. */
const far = (opcode: number, selector: number, offset: number): number[] => [
  opcode,
  offset & 255,
  (offset >> 8) & 255,
  (offset >> 16) & 255,
  (offset >>> 24) & 255,
  selector & 255,
  selector >> 8,
];

describe('IRET', () => {
  test('to the same level takes three words and loads all flags at CPL 0', () => {
    const m = new SegmentMachine();
    stack(m, [0x2000, SEL.code0, 0x3247]);
    m.one(0xcf);
    expect([m.get('pc'), m.get('esp'), m.get('eflags')]).toEqual([0x2000, TOP + 12, 0x3247]);
  });

  test('to CPL 3 takes the stack too, and drops segments of the inner level', () => {
    const m = new SegmentMachine();
    m.set({ ds: SEL.data0, dsAttr: 0xc093, es: SEL.data3, esAttr: 0xc0f3 });
    stack(m, [0x2000, SEL.code3, 0x202, 0x5800, SEL.data3]);
    m.one(0xcf);
    expect([m.get('cs'), m.get('ss'), m.get('esp'), m.get('pc')]).toEqual([SEL.code3, SEL.data3, 0x5800, 0x2000]);
    expect([m.get('ds'), m.get('es'), m.cpu.mode & 3]).toEqual([0, SEL.data3, 3]);
  });

  test('at CPL 3 leaves IF and IOPL', () => {
    const m = new SegmentMachine(3);
    stack(m, [0x2000, SEL.code3, 0x3202]);
    m.set({ eflags: 2 });
    m.one(0xcf);
    expect(m.get('eflags')).toBe(2);
  });

  test.each([
    ['an inner level', 3 as const, SEL.code0, GP],
    ['a data segment', 0 as const, SEL.data0, GP],
    ['an absent segment', 0 as const, SEL.absent, GP],
    ['a level that is not the segment’s', 0 as const, SEL.code0 | 3, GP],
  ])('to %s is refused with nothing changed', (_what, cpl, selector, vector) => {
    const m = new SegmentMachine(cpl);
    stack(m, [0x2000, selector, 0x202, 0x5800, SEL.data3]);
    const before = m.get('cs');
    m.one(0xcf);
    expect(m.trap).toMatchObject({ vector, error: selector & 0xfffc, pc: CODE });
    expect([m.get('esp'), m.get('cs')]).toEqual([TOP, before]);
  });

  test('to CPL 3 with a stack segment of another level is refused', () => {
    const m = new SegmentMachine();
    stack(m, [0x2000, SEL.code3, 0x202, 0x5800, SEL.data0]);
    m.one(0xcf);
    expect(m.trap).toMatchObject({ vector: GP, error: SEL.data0 });
  });

  test('virtual-8086 mode is refused', () => {
    const m = new SegmentMachine();
    stack(m, [0x2000, SEL.code0, 0x2_0002]);
    m.one(0xcf);
    expect(m.trap).toMatchObject({ vector: GP, error: 0 });
  });

  test('16 bits', () => {
    const m = new SegmentMachine();
    stack(m, [(SEL.code0 << 16) | 0x2000, 0x0003]);
    m.one(0x66, 0xcf);
    expect([m.get('pc'), m.get('esp'), m.get('eflags') & 1]).toEqual([0x2000, TOP + 6, 1]);
  });
});

describe('far JMP, CALL and RET', () => {
  test('CALL pushes CS and EIP; RET undoes it and releases arguments', () => {
    const m = new SegmentMachine();
    m.one(...far(0x9a, SEL.code0, 0x2000));
    expect([m.get('pc'), m.get('esp')]).toEqual([0x2000, TOP - 8]);
    expect([m.read32(TOP - 8), m.read32(TOP - 4)]).toEqual([CODE + 7, SEL.code0]);
    m.one(0xca, 8, 0);
    expect([m.get('pc'), m.get('esp')]).toEqual([CODE + 7, TOP + 8]);
  });

  test('RET to an outer level releases arguments on both stacks', () => {
    const m = new SegmentMachine();
    stack(m, [0x2000, SEL.code3, 0xaaaa, 0x5800, SEL.data3]);
    m.one(0xca, 4, 0);
    expect([m.get('cs'), m.get('esp'), m.get('ss')]).toEqual([SEL.code3, 0x5804, SEL.data3]);
  });

  test('conforming code runs at the caller’s level', () => {
    const m = new SegmentMachine(3);
    m.one(...far(0xea, SEL.conforming, 0x2000));
    expect([m.trap, m.get('cs'), m.get('pc')]).toEqual([undefined, SEL.conforming | 3, 0x2000]);
  });

  test.each([
    ['null', 0 as const, 0, GP],
    ['data', 0 as const, SEL.data0, GP],
    ['beyond the table', 0 as const, SEL.beyond, GP],
    ['an inner level', 3 as const, SEL.code0, GP],
    ['an outer level', 0 as const, SEL.code3, GP],
    ['a call gate', 0 as const, SEL.callGate, GP],
  ])('JMP to %s is refused', (_what, cpl, selector, vector) => {
    const m = new SegmentMachine(cpl);
    m.one(...far(0xea, selector, 0x2000));
    expect(m.trap).toMatchObject({ vector, error: selector & 0xfffc });
  });

  test('absent code is #NP', () => {
    const m = new SegmentMachine();
    m.write32(0x3000 + SEL.executeOnly + 4, 0x00cf1900);
    m.one(...far(0xea, SEL.executeOnly, 0x2000));
    expect(m.trap).toMatchObject({ vector: NP, error: SEL.executeOnly });
  });
});

describe('task switches', () => {
  /** A task at 0x2000, with its own stack and registers. */
  function withTask(): SegmentMachine {
    const m = new SegmentMachine();
    const { data0, code0 } = SEL;
    m.fillTss({ 28: m.get('cr3'), 32: 0x2000, 36: 2, 40: 0x11, 56: 0x5900 });
    m.fillTss({ 72: data0, 76: code0, 80: data0, 84: data0, 88: 0, 92: 0, 96: 0 });
    return m;
  }

  test('JMP saves the old task, frees it, and loads the new one', () => {
    const m = withTask();
    m.set({ eax: 0x77, esp: TOP, eflags: 0x46 });
    m.one(...far(0xea, SEL.tssB, 0));
    expect([m.get('pc'), m.get('eax'), m.get('esp'), m.get('tr')]).toEqual([0x2000, 0x11, 0x5900, SEL.tssB]);
    expect([m.tss('a', 0x20), m.tss('a', 0x28), m.tss('a', 0x38), m.tss('a', 0x24)]).toEqual([
      CODE + 7,
      0x77,
      TOP,
      0x46,
    ]);
    expect([m.access(SEL.tssA), m.access(SEL.tssB)]).toEqual([0x89, 0x8b]);
    expect([m.get('eflags') & 0x4000, m.get('cr0') & 8]).toEqual([0, 8]);
  });

  test('CALL nests: back link, NT, both busy; IRET goes back', () => {
    const m = withTask();
    m.set({ eax: 0x77 });
    m.one(...far(0x9a, SEL.tssB, 0));
    expect([m.tss('b', 0), m.get('eflags') & 0x4000]).toEqual([SEL.tssA, 0x4000]);
    expect([m.access(SEL.tssA), m.access(SEL.tssB)]).toEqual([0x8b, 0x8b]);
    // Restarting at the code page executes the IRET there.
    m.one(0xcf);
    expect([m.get('pc'), m.get('eax'), m.get('tr')]).toEqual([CODE + 7, 0x77, SEL.tssA]);
    expect([m.access(SEL.tssA), m.access(SEL.tssB), m.tss('b', 0x24) & 0x4000]).toEqual([0x8b, 0x89, 0]);
  });

  test('a segment that will not load is the new task’s fault', () => {
    const m = withTask();
    m.fillTss({ 84: SEL.absent });
    m.one(...far(0xea, SEL.tssB, 0));
    expect(m.get('tr')).toBe(SEL.tssB);
    // There is no IDT to deliver it through.
    expect(m.cpu.shutdownReason).toMatch(/at 0x2000$/);
  });

  test('a busy task is refused', () => {
    const m = withTask();
    m.one(...far(0xea, SEL.tssA, 0));
    expect(m.trap).toMatchObject({ vector: GP, error: SEL.tssA });
  });
});
