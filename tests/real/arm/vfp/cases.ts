import { type FieldName, type Row, vfpRows } from '@kml/arch-arm/isa/testing';
import { type RandomCase, SCRATCH, SCRATCH_BYTES } from '../../random/layout.ts';
import type { Random } from '../../random/prng.ts';
import { makeInstruction, randomCpsr, sequenceOf } from '../random/common.ts';
import { randomFpscr, randomVectors } from '../random/numbers.ts';

const isLoadStore = (row: Row): boolean => /^V(LD|ST|POP|PUSH)|^F(LD|ST)M/.test(row.mnemonic);

/** Nothing lies there, under QEMU either. */
const UNMAPPED = 0x3000_0000;

/** A case of a VFP row. */
export function vfpCase(row: Row, random: Random): RandomCase | undefined {
  const given: Partial<Record<FieldName, number>> = {};
  // Lists that fit: few registers from one of the first.
  if (isLoadStore(row) && /M|POP|PUSH/.test(row.mnemonic)) given.imm = random.below(random.chance(80) ? 16 : 66);
  const made = makeInstruction(row, random, given);
  if (!made) return undefined;
  const { x, bytes } = made;
  const registers = Array.from({ length: 15 }, () => random.value());
  if (isLoadStore(row)) {
    const base = /POP|PUSH/.test(row.mnemonic) ? 13 : x.Rn;
    // PC-relative loads read the code; stores would write it.
    if (base === 15 && !/LDR|LDM/.test(row.mnemonic)) return undefined;
    if (base === 15 && (x.imm > 16 || !x.U)) return undefined;
    const offset = /R$/.test(row.mnemonic) ? (x.U ? 4 * x.imm : -4 * x.imm) : 0;
    const place = SCRATCH + 160 + 4 * random.below(32) + (random.chance(5) ? 1 + random.below(3) : 0);
    if (base !== 15) registers[base] = (place - offset) >>> 0;
    if (base !== 15 && random.chance(3)) registers[base] = UNMAPPED + random.below(0x10000);
  }
  const doubles = /Dd|Dm|f64/.test(row.syntax) || (!/\{S/.test(row.syntax) && random.chance(50));
  const state = [
    ...registers,
    randomCpsr(random, row.set !== 'A32'),
    randomFpscr(random),
    ...randomVectors(random, doubles),
  ];
  const scratch = Uint8Array.from({ length: SCRATCH_BYTES }, () => random.word());
  return {
    name: `${row.mnemonic} (${row.set} ${row.encoding})`,
    code: bytes,
    pcBits: row.set === 'A32' ? 0 : 1,
    state,
    scratch,
  };
}

/** Several instructions that use each other's results, flags and modes. */
export function vfpSequence(random: Random): RandomCase {
  const rows = vfpRows.filter((row) => !isLoadStore(row) && row.test?.skip === undefined);
  return sequenceOf(rows, random, randomVectors(random, random.chance(50)), randomFpscr(random));
}

const COMPARISONS = vfpRows.filter((row) => row.set === 'A32' && row.mnemonic.startsWith('VCMP'));
const CONDITIONAL = vfpRows.filter((row) => row.set === 'A32' && row.mnemonic === 'VADD');
/** vmrs APSR_nzcv, fpscr */
const MOVE_FLAGS = [0x10, 0xfa, 0xf1, 0xee];

/** A comparison, its flags moved, and instructions under conditions. */
export function comparisonSequence(random: Random): RandomCase {
  const one = vfpSequence(random);
  const made = [
    makeInstruction(random.pick(COMPARISONS), random, { cond: random.chance(80) ? 14 : random.below(14) })!.bytes,
    random.chance(90) ? MOVE_FLAGS : [],
    ...Array.from(
      { length: 6 },
      () => makeInstruction(random.pick(CONDITIONAL), random, { cond: random.below(14) })!.bytes,
    ),
  ];
  return { ...one, code: made.flat(), pcBits: 0, name: 'comparison' };
}
