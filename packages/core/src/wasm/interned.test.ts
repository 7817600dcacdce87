import { expect, test } from 'vitest';
import { Interned } from './interned.ts';

/** Texts, kept as their characters' codes; counts what it unpacks. */
function texts(most?: number) {
  const unpacked: number[] = [];
  const table = new Interned<string>(
    {
      pack: (text) => [...text].map((character) => character.charCodeAt(0)),
      unpack: (words, number) => {
        unpacked.push(number);
        return String.fromCharCode(...words);
      },
    },
    most,
  );
  return { table, unpacked };
}

test('equal items have one number', () => {
  const { table } = texts();
  expect(['a', 'bc', 'a', '', 'bc', ''].map((text) => table.numberOf(text))).toEqual([0, 1, 0, 2, 1, 2]);
  expect(table.count).toBe(3);
  expect(table.at(1)).toBe('bc');
});

test('with as many as may be, others have none', () => {
  const { table } = texts(2);
  expect(['a', 'b', 'c', 'b'].map((text) => table.numberOf(text))).toEqual([0, 1, undefined, 1]);
});

test('those of an earlier run are unpacked one by one, once, when wanted, and found', () => {
  const earlier = texts();
  for (const text of ['a', '', 'bcd']) earlier.table.numberOf(text);
  const { table, unpacked } = texts();
  table.numberOf('forgotten');
  table.restore(earlier.table.save());
  expect([table.count, unpacked]).toEqual([3, []]);
  expect([table.at(2), table.at(2), unpacked]).toEqual(['bcd', 'bcd', [2]]);
  expect(['bcd', 'e', '', 'a'].map((text) => table.numberOf(text))).toEqual([2, 3, 1, 0]);
  expect(unpacked).toEqual([2]);
});

test('what was never wanted is saved, too', () => {
  const earlier = texts();
  for (const text of ['a', 'b']) earlier.table.numberOf(text);
  const between = texts();
  between.table.restore(earlier.table.save());
  between.table.numberOf('c');
  const { table } = texts();
  table.restore(between.table.save());
  expect([0, 1, 2].map((number) => table.at(number))).toEqual(['a', 'b', 'c']);
});

test('cleared, it begins anew', () => {
  const earlier = texts();
  earlier.table.numberOf('a');
  const { table } = texts();
  table.restore(earlier.table.save());
  table.clear();
  expect([table.count, table.numberOf('b'), table.numberOf('a')]).toEqual([0, 0, 1]);
});
