import { expect, test } from 'vitest';
import { GuestMemory } from '../memory/guest-memory.ts';
import { MAX_HOMES, operandOffset, RECORD_ADDRESS, tagOffset } from './control-words.ts';
import { CodeWriter, OPCODE } from './encoder.ts';
import { FixedModules } from './fixed-modules.ts';
import { RecordSettler } from './record-settler.ts';

/** Where the function of each tag says what it was given. */
const OUTPUT = 0x100;

/** A settler whose shapes add their tag to their operand, and the tags of which functions were made. */
function settlerOf(shapes: number) {
  const memory = new GuestMemory(16, 'little');
  const made: number[] = [];
  const settler = new RecordSettler(memory, new FixedModules(), (tag) => {
    made.push(tag);
    const body = new CodeWriter().i32Const(OUTPUT);
    body.get(0).memory(OPCODE.i32Load, 2, 0).i32Const(tag).op(0x6a).memory(OPCODE.i32Store, 2, 0);
    return { locals: [], body };
  });
  settler.extend(shapes);
  const settle = (tag: number, operand: number): number => {
    const { i32 } = memory;
    i32[RECORD_ADDRESS >> 2] = 1 << MAX_HOMES;
    i32[(RECORD_ADDRESS + tagOffset(0)) >> 2] = tag;
    i32[(RECORD_ADDRESS + operandOffset(0, 0)) >> 2] = operand;
    settler.settle(RECORD_ADDRESS);
    expect(i32[RECORD_ADDRESS >> 2]).toBe(0);
    return i32[OUTPUT >> 2]!;
  };
  return { settler, made, settle };
}

test('a shape has its function made when it is first needed, once', () => {
  const { settler, made, settle } = settlerOf(300);
  expect([settle(7, 100), settle(290, 5), settle(7, 1)]).toEqual([107, 295, 8]);
  expect(made).toEqual([7, 290]);
  expect(settler.needed).toEqual([7, 290]);
});

test('those that an earlier run needed next are made with it', () => {
  const { settler, made, settle } = settlerOf(100);
  const earlier = Array.from({ length: 40 }, (_, n) => 99 - 2 * n);
  settler.expect(earlier);
  expect(settle(95, 1)).toBe(96);
  expect(made).toEqual(earlier.slice(2, 18));
  for (const tag of [...earlier, 2]) expect(settle(tag, 1000)).toBe(1000 + tag);
  expect([...made].sort((a, b) => a - b)).toEqual([...earlier, 2].sort((a, b) => a - b));
  expect(settler.needed).toEqual([...earlier, 2]);
});

test('what was forgotten is expected no longer', () => {
  const { settler, made, settle } = settlerOf(20);
  settler.expect([3, 4, 5]);
  settle(3, 0);
  settler.clear();
  expect(settler.needed).toEqual([]);
  expect(settle(4, 1)).toBe(5);
  expect(made).toEqual([3, 4, 5, 4]);
});
