import type { BlockBuilder } from '@kml/core';
import { ADD, MUL, SUB } from '@kml/core/softfloat';

/** The host's operations on scalars or vectors of one format. */
export interface Arithmetic<T> {
  add(b: BlockBuilder, x: T, y: T): T;
  sub(b: BlockBuilder, x: T, y: T): T;
  mul(b: BlockBuilder, x: T, y: T): T;
  div(b: BlockBuilder, x: T, y: T): T;
}

/** The result of ADD, SUB, MUL or DIV. */
export function compute<T>(b: BlockBuilder, f: Arithmetic<T>, op: number, first: T, second: T): T {
  switch (op) {
    case ADD:
      return f.add(b, first, second);
    case SUB:
      return f.sub(b, first, second);
    case MUL:
      return f.mul(b, first, second);
    default:
      return f.div(b, first, second);
  }
}
