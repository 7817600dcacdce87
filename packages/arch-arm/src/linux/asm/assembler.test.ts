import { describe, expect, test } from 'vitest';
import { assemble } from './assembler.ts';

const NONE = new Map<string, number>();

/** The words, as hexadecimal numbers. */
function hex(source: string, origin = 0x1000, constants: ReadonlyMap<string, number> = NONE): string {
  const { bytes } = assemble(source, origin, constants);
  const view = new DataView(bytes.buffer);
  const words = Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(4 * i, true));
  return words.map((word) => word.toString(16).padStart(8, '0')).join(' ');
}

describe('encodings, as GNU as gives them', () => {
  test.each([
    ['sub sp, sp, #72', 'e24dd048'],
    ['stmia sp, {r0-r12}', 'e88d1fff'],
    ['add r8, sp, #60', 'e28d803c'],
    ['stmdb r8, {sp, lr}^', 'e9486000'],
    ['mrs r8, spsr', 'e14f8000'],
    ['str lr, [sp, #60]', 'e58de03c'],
    ['msr spsr_cxsf, r1', 'e16ff001'],
    ['ldmia sp, {r0-lr}^', 'e8dd7fff'],
    ['ldmia sp, {r0-pc}^', 'e8ddffff'],
    ['movs pc, lr', 'e1b0f00e'],
    ['mov r9, sp, lsr #13', 'e1a096ad'],
    ['mov r9, r9, lsl #13', 'e1a09689'],
    ['cmp r7, #452', 'e3570f71'],
    ['ldrcc pc, [r8, r7, lsl #2]', '3798f107'],
    ['ldr r5, [sp], #4', 'e49d5004'],
    ['str r5, [sp, #-4]!', 'e52d5004'],
    ['strexeq r3, r1, [r2]', '01823f91'],
    ['ldrex r3, [r2]', 'e1923f9f'],
    ['ldrexd r0, r1, [r2]', 'e1b20f9f'],
    ['strexdeq r3, r6, r7, [r2]', '01a23f96'],
    ['ldrd r4, r5, [r0]', 'e1c040d0'],
    ['strd r4, r5, [r0, #-8]', 'e14040f8'],
    ['teqeq r3, #1', '03330001'],
    ['rsbs r0, r3, #0', 'e2730000'],
    ['mrc p15, 0, r0, c13, c0, 3', 'ee1d0f70'],
    ['mcr p15, 0, r1, c7, c5, 0', 'ee071f15'],
    ['cps #0x13', 'f1020013'],
    ['cpsie', 'f1080080'],
    ['cpsid #0x13', 'f10e0093'],
    ['cpsid', 'f10c0080'],
    ['clrex', 'f57ff01f'],
    ['dmb', 'f57ff05b'],
    ['udf #0x1234', 'e7f123f4'],
    ['bkpt #0x1234', 'e1212374'],
    ['svc #0x900077', 'ef900077'],
    ['bxeq lr', '012fff1e'],
    ['blx r3', 'e12fff33'],
    ['and r0, r0, #0xffffff00', 'e3c000ff'],
    ['cmp r0, #-1', 'e3700001'],
    ['mov r0, #-1', 'e3e00000'],
    ['add r0, r0, #-4', 'e2400004'],
    ['movw r1, #0x1234', 'e3011234'],
    ['ldrh r1, [r2, #6]', 'e1d210b6'],
    ['strb r1, [r2, r3]', 'e7c21003'],
    ['push {r4, r5}', 'e92d0030'],
    ['pop {r4-r7, pc}', 'e8bd80f0'],
    ['tst r1, #0xf', 'e311000f'],
    ['orrne r2, r3, r4, lsr #3', '118321a4'],
    ['ldr r1, [r2, -r3]', 'e7121003'],
    ['wfi', 'e320f003'],
    ['nop', 'e320f000'],
  ])('%s', (source, expected) => {
    expect(hex(source)).toBe(expected);
  });
});

describe('labels and directives', () => {
  test('branches are relative to the instruction two further on', () => {
    expect(hex('start:\n  b start\n  bls end\n  nop\nend:')).toBe('eafffffe 9a000000 e320f000');
  });

  test('literals, addresses in two halves, data', () => {
    expect(
      hex('  ldr pc, where\n  mov32 r1, where + 0x10000\nwhere:\n  .long where, N - 1', 0x1000, new Map([['N', 5]])),
    ).toBe('e59ff004 e301100c e3401001 0000100c 00000004');
  });

  test('.org and .align', () => {
    expect(hex('  nop\n  .org 0x1008\n  nop\n  .align 16\n  nop')).toBe('e320f000 00000000 e320f000 00000000 e320f000');
  });

  test('what it does not understand is named', () => {
    expect(() => hex('  frob r1')).toThrow("unknown instruction 'frob': frob r1");
    expect(() => hex('  mov r1, #0x101')).toThrow('no immediate');
    expect(() => hex('  b nowhere')).toThrow("'nowhere' is not defined: b nowhere");
    expect(() => hex('a:\na:')).toThrow("'a' is defined twice");
  });
});
