import { type Insn, neonRows, type Row, vfpRows } from '@kml/arch-arm/isa/testing';
import { type RandomCase, SCRATCH, SCRATCH_BYTES } from '../../random/layout.ts';
import type { Random } from '../../random/prng.ts';
import { makeInstruction, randomCpsr, sequenceOf } from '../random/common.ts';
import { randomFpscr, randomVectors } from '../random/numbers.ts';

/** Nothing lies there, under QEMU either. */
const UNMAPPED = 0x3000_0000;

const isLoadStore = (row: Row): boolean => /^V(LD|ST)[1-4]$/.test(row.mnemonic);

/** Words of lanes that make trouble in one size or another. */
function integerVectors(random: Random): number[] {
  const words = Array.from({ length: 64 }, () => {
    switch (random.below(5)) {
      case 0:
        return Math.imul(random.value() & 0xff, 0x0101_0101) >>> 0;
      case 1:
        return Math.imul(random.value() & 0xffff, 0x1_0001) >>> 0;
      case 2:
        // Each byte a bound.
        return [0, 8, 16, 24].reduce((word, at) => (word | (random.pick([0, 1, 0x7f, 0x80, 0xff]) << at)) >>> 0, 0);
      default:
        return random.value();
    }
  });
  for (let n = random.below(6); n > 0; n--) words[random.below(64)] = words[random.below(64)]!;
  return words;
}

/** Counts of shifts by register: small ones mostly. */
function shiftCounts(random: Random): number[] {
  return Array.from({ length: 64 }, () => {
    let word = 0;
    for (let at = 0; at < 32; at += 8) word |= (random.chance(80) ? random.below(80) - 40 : random.word()) << at;
    return word >>> 0;
  });
}

function vectors(row: Row, x: Insn, random: Random): number[] {
  if (/f(32|16)/.test(row.syntax)) return randomVectors(random, false);
  const words = integerVectors(random);
  if (row.syntax.endsWith('{Vd}, {Vm}, {Vn}')) {
    const counts = shiftCounts(random);
    for (let i = 0; i < 4; i++) words[(2 * x.Vn + i) & 63] = counts[i]!;
  }
  return words;
}

/** A case of an Advanced SIMD row. */
export function neonCase(row: Row, random: Random): RandomCase | undefined {
  const made = makeInstruction(row, random, isLoadStore(row) && random.chance(60) ? { Rm: random.pick([13, 15]) } : {});
  if (!made) return undefined;
  const { x, bytes } = made;
  const registers = Array.from({ length: 15 }, () => random.value());
  if (isLoadStore(row)) {
    let place = SCRATCH + 128 + (random.chance(70) ? 32 * random.below(8) : random.below(256));
    if (random.chance(2)) place = UNMAPPED + random.below(0x10000);
    // QEMU takes an alignment of 32 bytes for one of 16; ARM ARM A8.8, VLD1: "4 << UInt(align)" bytes are checked.
    if (x.align === 3 && (place & 15) === 0) place &= ~31;
    registers[x.Rn] = place;
  }
  const state = [...registers, randomCpsr(random, row.set !== 'A32'), randomFpscr(random), ...vectors(row, x, random)];
  return {
    name: `${row.mnemonic} (${row.set} ${row.encoding})`,
    code: bytes,
    pcBits: row.set === 'A32' ? 0 : 1,
    state,
    scratch: Uint8Array.from({ length: SCRATCH_BYTES }, () => random.word()),
  };
}

/** Several instructions that use each other's results and flags, scalar ones among them. */
export function neonSequence(random: Random): RandomCase {
  const rows = [...neonRows, ...vfpRows].filter((row) => !/^(V(LD|ST|POP|PUSH)|F(LD|ST)M)/.test(row.mnemonic));
  const vectors = random.chance(50) ? randomVectors(random, false) : integerVectors(random);
  return sequenceOf(rows, random, vectors, randomFpscr(random));
}
