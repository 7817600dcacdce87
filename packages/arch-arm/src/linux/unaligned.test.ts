import { describe, expect, test } from 'vitest';
import { armEabi } from './abi.ts';
import { DATA, EntryMachine, STACK_TOP } from './testing/entry-machine.ts';
import { fixUnaligned } from './unaligned.ts';

/** A machine that answers unaligned accesses, with 16 numbered words from DATA on. */
function machine(source: string): EntryMachine {
  const m = new EntryMachine(false);
  m.onUnaligned = (frame) => fixUnaligned(m.kernel, m.task, frame);
  for (let n = 0; n < 16; n++) m.write32(DATA + 4 * n, 0x0101_0101 * n);
  m.load(`  mov32 r0, DATA + 2\n${source}\ndone:\n  b done`);
  m.runTo('done');
  return m;
}
/** The word at an unaligned offset from DATA. */
const word = (m: EntryMachine, offset: number): number => {
  const [low, high] = [m.read32(DATA + (offset & ~3)), m.read32(DATA + (offset & ~3) + 4)];
  const shift = 8 * (offset & 3);
  return shift === 0 ? low : ((low >>> shift) | (high << (32 - shift))) >>> 0;
};

describe('unaligned accesses of user code', () => {
  test('LDM in its four orders, with and without write-back', () => {
    const m = machine(
      '  add r0, r0, #16\n  ldmia r0, {r1, r2}\n  ldmib r0!, {r3, r4}\n  ldmdb r0!, {r5}\n  ldmda r0, {r6, r8}',
    );
    expect([m.get('r1'), m.get('r2'), m.get('r3'), m.get('r4')]).toEqual([18, 22, 22, 26].map((at) => word(m, at)));
    expect([m.get('r5'), m.get('r6'), m.get('r8')]).toEqual([22, 18, 22].map((at) => word(m, at)));
    expect(m.get('r0')).toBe(DATA + 22);
  });

  test('STM and a load of pc', () => {
    const m =
      machine(`  mov r1, #0x11000000\n  mov32 r2, there\n  stmia r0!, {r1, r2}\n  sub r0, r0, #8\n  ldmia r0!, {r3, pc}
there:\n  mov r4, #7`);
    expect([word(m, 2), m.get('r3'), m.get('r4'), m.get('r0')]).toEqual([0x1100_0000, 0x1100_0000, 7, DATA + 10]);
  });

  test('LDRD and STRD, indexed before and after', () => {
    const m = machine('  ldrd r2, r3, [r0, #8]!\n  ldrd r4, r5, [r0], #-8\n  strd r2, r3, [r0]');
    expect([m.get('r2'), m.get('r3'), m.get('r4')]).toEqual([0x0303_0202, 0x0404_0303, 0x0303_0202]);
    expect([m.get('r0'), word(m, 2), word(m, 6)]).toEqual([DATA + 2, 0x0303_0202, 0x0404_0303]);
  });

  test('T32: LDM, STM, PUSH, POP, their wide forms, LDRD', () => {
    // ldmia r0!, {r1, r2}; stmia r0!, {r1}; ldmdb r0!, {r3, r4}; ldrd r5, r6, [r0, #8]; bx pc; nop
    const m = machine(`  mov32 r9, thumb + 1\n  bx r9\nthumb:
  .long 0xc002c806\n  .long 0x0018e930\n  .long 0x5602e9d0\n  .long 0x46c04778`);
    expect([m.get('r1'), m.get('r2')]).toEqual([0x0101_0000, 0x0202_0101]);
    expect([m.get('r3'), m.get('r4'), m.get('r0')]).toEqual([0x0202_0101, 0x0101_0000, DATA + 6]);
    expect([m.get('r5'), m.get('r6')]).toEqual([word(m, 14), word(m, 18)]);
  });

  test('within an IT block the state advances', () => {
    // cmp r0, r0; itt eq; ldmiaeq r0!, {r1}; moveq r2, #5; movs r3, #6; bx pc (aligned)
    const m = machine(`  mov32 r9, thumb + 1\n  bx r9\nthumb:
  .long 0xbf044280\n  .long 0x2205c802\n  .long 0x46c02306\n  .long 0x46c04778`);
    expect([m.get('r1'), m.get('r2'), m.get('r3'), m.get('r0')]).toEqual([0x0101_0000, 5, 6, DATA + 6]);
  });

  test('LDREX stays an alignment fault', () => {
    const m = new EntryMachine(false);
    m.onUnaligned = (frame) => fixUnaligned(m.kernel, m.task, frame);
    m.load('  mov32 r0, DATA + 2\nfault:\n  ldrex r1, [r0]\ndone:\n  b done');
    m.run(400);
    expect(m.exceptions).toMatchObject([{ cause: { kind: 'signal', signo: 7, code: 1, address: DATA + 2 } }]);
    expect([armEabi.frame.pc(m.kernel, m.frame), m.frameWord('sp')]).toEqual([m.labels.get('fault')!, STACK_TOP]);
  });
});
