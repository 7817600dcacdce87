import { ALL_OPTIMISATIONS, BlockBuilder, type IrBlock, OP_NUMBER, OP_STRIDE } from '@kml/core';
import { expect, test } from 'vitest';
import { arm } from '../backend.ts';
import { USR } from '../state.ts';

const PC = 0x1000;

/** A32 instructions as one block. */
function lift(words: readonly number[]): IrBlock {
  const builder = new BlockBuilder(PC, USR);
  const byte = (address: number): number => (words[(address - PC) >> 2]! >>> (8 * (address & 3))) & 255;
  words.forEach((_, n) => {
    arm.lift(
      { code: { byte }, builder, mode: USR, kernelText: false, costs: {}, optimisations: ALL_OPTIMISATIONS },
      PC + 4 * n,
    );
  });
  if (!builder.terminal) builder.endWith({ kind: 'jump', target: PC + 4 * words.length });
  return builder.finish(PC + 4 * words.length);
}

const operations = (block: IrBlock): number[] => block.code.filter((_, at) => at % OP_STRIDE === 0);

test('a comparison and a conditional branch are one comparison of the operands', () => {
  // cmp r0, r1; bgt
  const block = lift([0xe150_0001, 0xca00_0000]);
  expect(operations(block).at(-1)).toBe(OP_NUMBER.gtS);
  expect(block.terminal.kind).toBe('branch');
});

test('a condition is computed once for several instructions', () => {
  // cmp r0, r1; addgt r2, r2, #1; subgt r3, r3, #1
  const found = operations(lift([0xe150_0001, 0xc282_2001, 0xc243_3001]));
  expect(found.filter((op) => op === OP_NUMBER.gtS)).toHaveLength(1);
  expect(found.filter((op) => op === OP_NUMBER.select)).toHaveLength(2);
});

test('a condition is computed anew when the flags have changed', () => {
  // cmp r0, r1; addgt r2, r2, #1; cmp r2, r3; subgt r3, r3, #1
  const found = operations(lift([0xe150_0001, 0xc282_2001, 0xe152_0003, 0xc243_3001]));
  expect(found.filter((op) => op === OP_NUMBER.gtS)).toHaveLength(2);
});

test('a conditional load accesses memory on its condition only', () => {
  // ldreq r0, [r1]
  expect(operations(lift([0x0591_0000]))).toContain(OP_NUMBER.load32If);
});

test('a conditional return steps over itself', () => {
  // bxeq lr
  const block = lift([0x012f_ff1e]);
  expect(block.terminal.kind).toBe('return');
  expect(operations(block)).toContain(OP_NUMBER.trapIf);
});
