import type { I32 } from '@kml/core';
import type { Insn } from './insn.ts';

/** ADD destination, source. */
export function add(x: Insn): void {
  const a = x.readForWrite(0);
  const s = x.read(1);
  const r = x.b.add(a, s);
  x.write(0, r);
  x.flags.add(x.width(0), a, s, r);
}

/** OR destination, source. */
export function or(x: Insn): void {
  logic(x, (a, s) => x.b.or(a, s));
}

function logic(x: Insn, operation: (a: I32, s: I32) => I32): void {
  const r = operation(x.readForWrite(0), x.read(1));
  x.write(0, r);
  x.flags.logic(x.width(0), r);
}
