import type { ObjectKind } from './value-kinds.ts';

/** Kinds of objects by their number in the file. */
export const OBJECT_KINDS: readonly ObjectKind[] = [
  'array',
  'object',
  'map',
  'set',
  'buffer',
  'view',
  'class',
  'outside',
];

/** Tags of values. Small whole numbers from 0 have a tag of their own: SMALL + number. */
export const TAG = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  /** A whole number from 0 up, and one below 0 (its complement), as counts. */
  whole: 4,
  negative: 5,
  f64: 6,
  /** bigints: 64 bits, or longer ones in decimal. */
  i64: 7,
  bigint: 8,
  /** Number in the table of texts; one beyond its end stands before a new text. */
  text: 9,
  /** Number of an object. */
  object: 10,
  /** Nothing at this place of an array. */
  hole: 11,
} as const;
export const SMALL = 16;
