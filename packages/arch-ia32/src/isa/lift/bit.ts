import type { I32 } from '@kml/core';
import type { Insn } from './insn.ts';

/** BT: CF is the bit; the other flags (undefined but ZF) stay. */
export function bt(x: Insn): void {
  const { value, bit } = locate(x, false);
  x.flags.setCf(x.b.and(x.b.shrU(value, bit), x.const(1)));
}

/** BTS: sets the bit. */
export function bts(x: Insn): void {
  modify(x, (value, mask) => x.b.or(value, mask));
}

/** BTR: clears the bit. */
export function btr(x: Insn): void {
  modify(x, (value, mask) => x.b.and(value, x.b.xor(mask, x.const(-1))));
}

/** BTC: complements the bit. */
export function btc(x: Insn): void {
  modify(x, (value, mask) => x.b.xor(value, mask));
}

interface Located {
  readonly value: I32;
  /** Bit number within `value`. */
  readonly bit: I32;
  /** Linear address of a memory operand. */
  readonly address: I32 | undefined;
}

/** The word that holds the bit: a register's bit number reaches beyond a memory operand, an immediate one does not. */
function locate(x: Insn, write: boolean): Located {
  const b = x.b;
  const width = x.opSize;
  const number = x.read(1);
  const bit = b.and(number, x.const(width - 1));
  if (!x.isMemory) return { value: x.read(0), bit, address: undefined };
  let offset = x.effectiveAddress();
  if (x.operands[1]!.method !== 'I') {
    const words = b.shrS(x.signExtend(number, width), x.const(width === 32 ? 5 : 4));
    offset = b.add(offset, b.shl(words, x.const(width === 32 ? 2 : 1)));
    if (x.addrSize === 16) offset = b.and(offset, x.const(0xffff));
  }
  const address = x.linear(x.segment(), offset, width >> 3, write);
  return { value: write ? x.loadForWrite(address, width) : x.load(address, width), bit, address };
}

function modify(x: Insn, change: (value: I32, mask: I32) => I32): void {
  const b = x.b;
  const { value, bit, address } = locate(x, true);
  const r = change(value, b.shl(x.const(1), bit));
  if (address === undefined) x.write(0, r);
  else x.store(address, x.opSize, r);
  x.flags.setCf(b.and(b.shrU(value, bit), x.const(1)));
}

/** BSF: of 0 only ZF is set, the destination stays. */
export function bsf(x: Insn): void {
  const source = x.read(1);
  scanResult(x, source, x.b.ctz(source));
}

/** BSR. */
export function bsr(x: Insn): void {
  const source = x.read(1);
  scanResult(x, source, x.b.sub(x.const(31), x.b.clz(source)));
}

function scanResult(x: Insn, source: I32, place: I32): void {
  x.write(0, x.b.select(place, x.read(0), source));
  x.flags.zeroFrom(source);
}
