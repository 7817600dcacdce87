import { expect, test } from 'vitest';
import { arm } from './backend.ts';
import { CLASSES } from './classify.ts';
import { rows } from './tables/index.ts';

test('every class of cost has a class', () => {
  const known = [...Object.keys(CLASSES), 'exclusive'];
  for (const { cost } of rows) expect(known).toContain(cost);
});

const little = (value: number, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, index) => (value >>> (8 * index)) & 255);

function classOf(bytes: readonly number[], pc: number): string {
  return arm.classify({ byte: (address) => bytes[address] ?? -1 }, pc, 0);
}

test.each([
  ['add r0, r1, r2', 0xe081_0002, 'alu'],
  ['addeq r0, r1, r2', 0x0081_0002, 'alu'],
  ['mul r0, r1, r2', 0xe000_0291, 'multiply'],
  ['ldr r0, [r1]', 0xe591_0000, 'load'],
  ['push {r4, lr}', 0xe92d_4010, 'store'],
  ['pop {r4, pc}', 0xe8bd_8010, 'call'],
  ['pop {r4, lr}', 0xe8bd_4010, 'load'],
  ['pop {pc}', 0xe49d_f004, 'call'],
  ['ldr pc, [pc, r0, lsl #2]', 0xe79f_f100, 'branch'],
  ['add pc, pc, r0, lsl #2', 0xe08f_f100, 'branch'],
  ['mov pc, lr', 0xe1a0_f00e, 'call'],
  ['mov pc, r3', 0xe1a0_f003, 'branch'],
  ['bx lr', 0xe12f_ff1e, 'call'],
  ['bx r3', 0xe12f_ff13, 'branch'],
  ['blx r3', 0xe12f_ff33, 'call'],
  ['bl .', 0xebff_fffe, 'call'],
  ['b .', 0xeaff_fffe, 'branch'],
  ['strex r0, r1, [r2]', 0xe182_0f91, 'store'],
  ['svc 0', 0xef00_0000, 'system'],
  ['vadd.f64 d0, d1, d2', 0xee31_0b02, 'float'],
  ['vadd.i32 q0, q1, q2', 0xf222_0844, 'simd'],
])('A32 %s', (_text, word, expected) => {
  expect(classOf(little(word, 4), 0)).toBe(expected);
});

test.each([
  ['adds r0, r1, r2', 0x1888, 'alu'],
  ['pop {r4, pc}', 0xbd10, 'call'],
  ['bx lr', 0x4770, 'call'],
  ['blx r3', 0x4798, 'call'],
  ['ldr r0, [r1]', 0x6808, 'load'],
])('T16 %s', (_text, word, expected) => {
  expect(classOf(little(word, 2), 1)).toBe(expected);
});
