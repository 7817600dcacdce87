import { type Form, makeForm, rows } from '@kml/arch-ia32/isa/testing';
import type { Random } from '../../random/prng.ts';
import { type RandomCase, SCRATCH, SCRATCH_BYTES } from './layout.ts';

/** Mnemonics whose flags are defined but for AF (the tables name the manual's words), which nothing here reads. */
const PLAIN = new Set(
  (
    'add or adc sbb and sub xor cmp test inc dec not neg mov movzx movsx lea xchg xadd cmpxchg ' +
    'cbw|cwde cwd|cdq clc stc cmc'
  ).split(' '),
);
/** CF PF ZF SF OF. */
const COMPARED = 0x8c5;

function isPlain(form: Form): boolean {
  const { mnemonic, encoding } = form.row;
  if (form.row.test?.skip !== undefined) return false;
  if (form.immediates.includes('offset')) return false;
  // QEMU takes this alias of TEST for something else; single cases compare it natively.
  if (/^F[67] \/1/.test(encoding)) return false;
  if (/^(?:set|cmov)/.test(mnemonic)) return true;
  // Shifts and rotates by 1: all flags but AF are defined.
  return PLAIN.has(mnemonic) || /^D[01] \//.test(encoding);
}

const forms = rows.map(makeForm).filter(isPlain);

/**
 * A run of instructions that make and use each other's registers and flags, with short conditional
 * jumps over some: what holds between instructions of a block, not within one.
 */
export function sequenceCase(random: Random): RandomCase {
  const bytes: number[] = [];
  const length = 3 + random.below(12);
  for (let n = 0; n < length; n++) {
    const next = plainInstruction(random.pick(forms), random);
    if (random.chance(15)) bytes.push(...branchOver(next.length, random));
    bytes.push(...next);
    if (bytes.length > 100) break;
  }
  const scratch = Uint8Array.from({ length: SCRATCH_BYTES }, () => random.value());
  return {
    name: 'sequence',
    bytes,
    registers: Array.from({ length: 8 }, () => random.value()),
    eflags: 0x202 | (random.word() & 0x8d5),
    scratch,
    fx: undefined,
    flagsMask: COMPARED,
  };
}

/** Jcc, LOOP, LOOPE, LOOPNE or JECXZ (or JCXZ and its like) over so many bytes. */
function branchOver(length: number, random: Random): number[] {
  if (random.chance(60)) return [0x70 | random.below(16), length];
  const prefix = random.chance(30) ? [0x67] : [];
  return [...prefix, 0xe0 | random.below(4), length];
}

function plainInstruction(form: Form, random: Random): number[] {
  const bytes: number[] = [];
  const sized = form.operands.some(({ width, type }) => width === 0 && type !== 'sb');
  const opSize = sized && random.chance(20) ? 16 : 32;
  if (opSize === 16) bytes.push(0x66);
  if (form.map === 1) bytes.push(0x0f);
  bytes.push(form.opcode + (form.opcodeCount === 8 ? random.below(8) : 0));
  if (form.modrm) bytes.push(...modrm(form, random));
  for (const kind of form.immediates) {
    const width = kind === 'z' ? opSize >> 3 : 1;
    const value = random.value();
    for (let i = 0; i < width; i++) bytes.push((value >>> (8 * i)) & 255);
  }
  return bytes;
}

/** A register, or a fixed address in scratch. */
function modrm(form: Form, random: Random): number[] {
  const matches = (byte: number): boolean => form.modrmMatches?.(byte) ?? true;
  const register = 0xc0 | random.below(64);
  if (random.chance(75))
    for (let i = 0; i < 64; i++) if (matches(0xc0 | ((register + i) & 63))) return [0xc0 | ((register + i) & 63)];
  const reg = random.below(8);
  for (let i = 0; i < 8; i++) {
    const byte = (((reg + i) & 7) << 3) | 5;
    const address = SCRATCH + random.below(32);
    if (matches(byte)) return [byte, ...[0, 8, 16, 24].map((shift) => (address >>> shift) & 255)];
  }
  throw new RangeError(`no ModRM byte for ${form.row.encoding}`);
}
