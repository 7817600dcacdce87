import type { I32, I64 } from '@kml/core';
import { DS, EAX, EBX, ECX, EDX, type Insn } from './insn.ts';

/** MOV destination, source. */
export function mov(x: Insn): void {
  x.write(0, x.read(1));
}

/** MOVZX: reads are zero-extended already. */
export function movzx(x: Insn): void {
  x.write(0, x.read(1));
}

/** MOVSX. */
export function movsx(x: Insn): void {
  x.write(0, x.readSigned(1));
}

/** LEA: the offset alone, no access and no check. */
export function lea(x: Insn): void {
  x.write(0, x.effectiveAddress());
}

/** XCHG. */
export function xchg(x: Insn): void {
  const a = x.readForWrite(0);
  const s = x.read(1);
  x.write(0, s);
  x.write(1, a);
}

/** XADD: source gets the old destination; where both are one register the sum wins. */
export function xadd(x: Insn): void {
  const a = x.readForWrite(0);
  const s = x.read(1);
  const r = x.b.add(a, s);
  if (x.isMemory) {
    x.write(0, r);
    x.write(1, a);
  } else {
    x.write(1, a);
    x.write(0, r);
  }
  x.flags.add(x.width(0), a, s, r);
}

/** CMPXCHG: the destination is written in either case, as hardware does. */
export function cmpxchg(x: Insn): void {
  const b = x.b;
  const width = x.width(0);
  const old = x.readForWrite(0);
  const source = x.read(1);
  const accumulator = x.getReg(EAX, width);
  const equal = b.eq(accumulator, old);
  const stored = b.select(source, old, equal);
  if (x.isMemory) x.write(0, stored);
  x.setReg(EAX, width, b.select(accumulator, old, equal));
  if (!x.isMemory) x.write(0, stored);
  x.flags.sub(width, accumulator, old, b.sub(accumulator, old));
}

/** CMPXCHG8B m64: only ZF changes. */
export function cmpxchg8b(x: Insn): void {
  const b = x.b;
  const address = x.mem(8, true);
  const old = b.load64W(address);
  const expected = pair(x, x.get32(EAX), x.get32(EDX));
  const equal = b.eq64(old, expected);
  b.store64(address, b.select64(pair(x, x.get32(EBX), x.get32(ECX)), old, equal));
  x.set32(EAX, b.wrap(old));
  x.set32(EDX, b.wrap(b.shrU64(old, b.constant64(32, 0))));
  x.flags.setZf(equal);
}

function pair(x: Insn, low: I32, high: I32): I64 {
  return x.b.or64(x.b.extendU(low), x.b.shl64(x.b.extendU(high), x.b.constant64(32, 0)));
}

/** BSWAP; of a 16-bit register undefined by the manual, zero on hardware. */
export function bswap(x: Insn): void {
  const b = x.b;
  if (x.opSize === 16) {
    x.write(0, x.const(0));
    return;
  }
  const value = x.read(0);
  const odd = b.and(b.rotl(value, x.const(8)), x.const(0x00ff00ff));
  x.write(0, b.or(odd, b.and(b.rotr(value, x.const(8)), x.const(0xff00ff00 | 0))));
}

/** XLAT: AL from DS:[(E)BX + AL]. */
export function xlat(x: Insn): void {
  const b = x.b;
  const sum = b.add(x.get32(EBX), x.getReg(EAX, 8));
  const offset = x.addrSize === 16 ? b.and(sum, x.const(0xffff)) : sum;
  x.setReg(EAX, 8, b.load8u(x.linear(x.segment(DS), offset, 1, false)));
}

/** CBW, CWDE. */
export function cbw(x: Insn): void {
  const half = x.get32(EAX);
  x.setReg(EAX, x.opSize, x.opSize === 16 ? x.b.ext8(half) : x.b.ext16(half));
}

/** CWD, CDQ. */
export function cwd(x: Insn): void {
  const value = x.opSize === 16 ? x.b.ext16(x.get32(EAX)) : x.get32(EAX);
  const sign = x.b.shrS(value, x.const(31));
  x.setReg(EDX, x.opSize, sign);
  if (x.opSize === 32) x.noteExtended(value, sign);
}

/** CMOVcc: the source is read whatever the condition. */
export function cmov(x: Insn): void {
  const source = x.read(1);
  x.write(0, x.b.select(source, x.read(0), x.flags.condition(x.opcode & 15)));
}

/** SETcc. */
export function setcc(x: Insn): void {
  x.write(0, x.flags.condition(x.opcode & 15));
}
