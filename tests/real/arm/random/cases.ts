/** Cases of the integer instructions: fields and registers such that most mean something. */
import type { FieldName, Insn, Row } from '@kml/arch-arm/isa/testing';
import { CODE, DATA, DATA_BYTES, type RandomCase, SCRATCH, SCRATCH_BYTES } from '../../random/layout.ts';
import type { Random } from '../../random/prng.ts';
import { CPSR_AT, type Made, makeInstruction, randomCpsr, STATE_WORDS } from './common.ts';

const PC = 15;
const REGISTER_FIELDS: readonly FieldName[] = ['Rn', 'Rd', 'Rm', 'Rs', 'Rt', 'Rt2', 'Ra', 'RdHi', 'RdLo'];

/** Why a row is not generated. */
export function skipReason(row: Row): string | undefined {
  if (row.test?.skip !== undefined) return row.test.skip;
  const { mnemonic } = row;
  if (mnemonic === 'SVC') return 'a system call';
  if (mnemonic === 'IT') return 'in sequences';
  if (/^(?:WFI|WFE|YIELD|SEV|DBG)$/.test(mnemonic)) return 'waits';
  if (/^(?:MCR|MRC|CPS|SETEND|RFE|SRS|BXJ)/.test(mnemonic)) return 'not the same for a kernel and for user emulation';
  return undefined;
}

export const isMemory = (row: Row): boolean =>
  /\{address|\{exclusive|\[\{Rn\}/.test(row.syntax) && !/^(?:PL|NOP)/.test(row.mnemonic);
export const isMultiple = (row: Row): boolean => /^(?:LDM|STM|PUSH|POP)/.test(row.mnemonic);

/** Data processing whose result may be made the address of code. (Elsewhere a program may not go: QEMU itself ends in its vectors page.) */
const jumps = (row: Row): boolean => /^(?:MOV|ADD|SUB)$/.test(row.mnemonic) && row.operand2 !== 'arm';

/** r15 as an operand is defined here. (A store with it as base may overwrite the case itself.) */
function takesPc(row: Row, name: FieldName): boolean {
  if (row.set !== 'A32') return false;
  const data = row.operand2 === 'arm' || row.operand2 === 'shifted' || row.operand2 === 'register';
  const plain = data && !isMemory(row) && !/^(?:PKH|SSAT|USAT|PL)/.test(row.mnemonic);
  if (plain && name === 'Rd') return jumps(row);
  if (plain) return name === 'Rn' || name === 'Rm';
  return (name === 'Rn' && /^LDRB?$/.test(row.mnemonic)) || (name === 'Rt' && row.mnemonic === 'LDR');
}

function chooseFields(row: Row, random: Random): Partial<Record<FieldName, number>> {
  const fields: Partial<Record<FieldName, number>> = {};
  for (const name of REGISTER_FIELDS) {
    let number = random.below(random.chance(60) ? 8 : 15);
    if (row.set === 'T32' && number === 13) number = 12;
    if (takesPc(row, name) && random.chance(12)) number = PC;
    fields[name] = number;
  }
  // Branches stay in the code area.
  if (/^B(?:LX?)?$/.test(row.mnemonic) && row.set !== 'T16') {
    // Beyond the cases, which are no code of the other instruction set.
    fields.imm = (random.below(0x2000) + 0x8000) * random.pick([1, -1]);
    // T32's long ones have two bits inverted where the offset is not negative.
    if (row.set === 'T32' && fields.imm >= 0) fields.imm ^= 0x00c0_0000;
  }
  return fields;
}

/**
 * What QEMU and hardware may do as they like. The sentences are those of the encodings' pseudocode in the ARM ARM
 * (ARM DDI 0406C), chapter A8.8, and of B9.3 for exception returns; each ends "then UNPREDICTABLE".
 */
export function isUnpredictable(x: Insn): boolean {
  const { row } = x;
  const { mnemonic } = row;
  // SUBS PC, LR and related instructions: an exception return in User or System mode.
  if (x.S && x.Rd === PC) return true;
  // LDM: "if wback && registers<n> == '1' && ArchVersion() >= 7".
  if (isMultiple(row) && (mnemonic.startsWith('LDM') || mnemonic === 'POP') && x.W && x.list & (1 << x.Rn)) return true;
  // Defined since ARMv6 (before: "if ArchVersion() < 6 && wback && m == n"), but placeOperand can make no such address.
  if (isMemory(row) && x.Rm === x.Rn && (row.operand2 !== undefined || /^TB/.test(mnemonic))) return true;
  // LDR, STR and their like: "if wback && n == t"; with write-back, n == 15.
  const wb = x.P === 0 || x.W === 1;
  if (/^(?:LDR|STR)/.test(mnemonic) && !mnemonic.includes('EX') && wb && x.Rn === x.Rt) return true;
  if (/^(?:LDR|STR)/.test(mnemonic) && wb && x.Rn === PC) return true;
  // LDRD, STRD: "if Rt<0> == '1'", "if P == '0' && W == '1'", "if wback && (n == t || n == t2)", "t2 == 15"; with a
  // register offset m == t and m == t2 for loads (not stores, which go with them here); T32 loads: "t == t2".
  if (/^(?:LDR|STR)D/.test(mnemonic)) {
    const second = row.set === 'A32' ? x.Rt + 1 : x.Rt2;
    if (wb && (x.Rn === x.Rt || x.Rn === second)) return true;
    if (row.set === 'A32' && (x.Rt & 1 || x.Rt === 14 || (x.P === 0 && x.W === 1))) return true;
    if (row.operand2 !== undefined && (x.Rm === x.Rt || x.Rm === second)) return true;
    if (second === x.Rt) return true;
  }
  // LDRT, STRT and their like: n == 15.
  if (/T$/.test(mnemonic) && isMemory(row) && x.Rn === PC) return true;
  // STREX and its like: "if d == n || d == t", for STREXD t2 too.
  if (/^STREX/.test(mnemonic) && (x.Rd === x.Rn || x.Rd === x.Rt || x.Rd === (row.set === 'A32' ? x.Rt + 1 : x.Rt2)))
    return true;
  // LDREXD, STREXD: "if Rt<0> == '1'" in A32; LDREXD in T32: t == t2.
  if (/^(?:LDREXD|STREXD)/.test(mnemonic) && row.set === 'A32' && x.Rt & 1) return true;
  if (/^LDREXD/.test(mnemonic) && row.set === 'T32' && x.Rt === x.Rt2) return true;
  // Long multiplications: "if dHi == dLo".
  if (/L(?:D|[BT][BT])?X?$|^UMAAL|^[SU]M[UL]A?L(?:D|xy)?$|^SMLSLD/.test(mnemonic) && x.RdHi === x.RdLo && x.RdHi !== 0)
    return true;
  if (/^(?:[SU]MULL|[SU]MLAL|UMAAL|SMLAL\w*|SMLSLD)/.test(mnemonic) && x.RdHi === x.RdLo) return true;
  // SWP, SWPB: "n == t || n == t2".
  if (/^(?:SWPB?)$/.test(mnemonic) && (x.Rn === x.Rt || x.Rn === x.Rm)) return true;
  return false;
}

const random16 = (random: Random): number => random.below(16) * 4;

interface Draft {
  readonly registers: number[];
  readonly scratch: Uint8Array;
}

/**
 * QEMU looks at the alignment of store-exclusives only where the address is the reserved one. ARM ARM A8.8, STREX,
 * "Aborts and alignment": whether there is a fault where the monitor does not pass is IMPLEMENTATION DEFINED.
 */
function offsetInDouble(row: Row, random: Random): number {
  if (!/^STREX/.test(row.mnemonic)) return 4 * random.below(2) + (random.chance(15) ? random.below(4) : 0);
  return row.mnemonic === 'STREXD' ? 0 : 4 * random.below(2);
}

/** Makes the address of a load or store lie in the scratch area, mostly aligned. */
function placeOperand({ registers }: Draft, x: Insn, random: Random, codeAt: number): void {
  const { row } = x;
  const target = random.chance(4)
    ? random.pick([DATA, DATA + DATA_BYTES]) + (/^STREX/.test(row.mnemonic) ? -8 : random.below(16) - 8)
    : SCRATCH + 64 + random.below(48) * 8 + offsetInDouble(row, random);
  const bare = row.syntax.includes('[{Rn}') && row.operand2 === undefined && !/TB[BH]/.test(row.mnemonic);
  if (row.operand2 === 'shifted' || row.operand2 === 'register' || /TB[BH]/.test(row.mnemonic)) {
    if (x.Rm !== x.Rn && x.Rm !== PC) registers[x.Rm] = random.chance(90) ? random16(random) : random.value();
  }
  void codeAt;
  if (x.Rn === PC) return;
  let offset = 0;
  if (!bare && x.P === 1 && row.operand2 !== undefined && x.Rm !== PC)
    offset = shifted(registers[x.Rm]!, x.type, x.shift);
  else if (!bare && (x.P === 1 || /EX/.test(row.mnemonic))) offset = x.imm;
  if (/STREX$|LDREX$/.test(row.mnemonic)) registers[x.Rn] = (target - x.imm) >>> 0;
  else registers[x.Rn] = (x.U ? target - offset : target + offset) >>> 0;
}

/** A shifted register without carry. */
function shifted(value: number, type: number, count: number): number {
  if (type === 0) return value << count;
  if (type === 1) return count === 0 ? 0 : value >>> count;
  if (type === 2) return value >> (count === 0 ? 31 : count);
  return count === 0 ? value >>> 1 : (value >>> count) | (value << (32 - count));
}

/** A program counter in the code area, of either instruction set. */
function codeTarget(random: Random): number {
  const address = CODE + 0x1000 + random.below(0x2000) * 4;
  return random.chance(50) ? address : address + random.pick([1, 3]);
}

function setUp(draft: Draft, x: Insn, random: Random): void {
  const { registers } = draft;
  const { row } = x;
  if (isMultiple(row)) {
    const base = SCRATCH + 128 + random.below(64) * 4;
    registers[x.Rn] = random.chance(4)
      ? random.pick([DATA, DATA + DATA_BYTES]) + 4 * random.below(4) - 8
      : base + (random.chance(5) ? random.below(4) : 0);
  } else if (isMemory(row)) placeOperand(draft, x, random, 0);
  // What a load or POP into r15 may find.
  const loadsPc = row.mnemonic === 'LDR' && x.Rt === PC;
  if (loadsPc || (/^(?:LDM|POP)/.test(row.mnemonic) && x.list & 0x8000)) {
    for (let at = 0; at < SCRATCH_BYTES; at += 4) putWord(draft.scratch, at, codeTarget(random));
  }
  if (/^(?:BX|BLX)$/.test(row.mnemonic)) registers[x.Rm] = codeTarget(random);
  if (x.Rd === PC && row.set === 'A32' && jumps(row)) {
    if (row.mnemonic === 'MOV') {
      if (x.Rm !== PC) registers[x.Rm] = codeTarget(random);
    } else {
      if (x.Rn !== PC) registers[x.Rn] = codeTarget(random);
      if (x.Rm !== PC && x.Rm !== x.Rn) registers[x.Rm] = random.below(64) * 4;
    }
  }
}

function putWord(bytes: Uint8Array, at: number, word: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = word >>> (8 * i);
}

export function newDraft(random: Random): Draft {
  const registers = Array.from({ length: 15 }, () => random.value());
  if (random.chance(30)) registers[random.below(15)] = registers[random.below(15)]!;
  const scratch = new Uint8Array(SCRATCH_BYTES);
  for (let at = 0; at < SCRATCH_BYTES; at += 4) putWord(scratch, at, random.value());
  return { registers, scratch };
}

export function stateOf(draft: Draft, cpsr: number): number[] {
  const state = [...draft.registers.map((value) => value >>> 0), cpsr];
  while (state.length < STATE_WORDS) state.push(0);
  return state;
}

/** A32 code at an address that is 2 modulo 4: ARM ARM A2.3, BXWritePC: UNPREDICTABLE where address<1:0> is '10'. */
const misaligned = (pc: number): boolean => (pc & 3) === 2;

/** The driver's program lies below. */
const DRIVER_END = 0x0020_0000;

/**
 * All of the state, but of the CPSR only flags, Q and GE: QEMU lets programs set E, as the manual does (ARM ARM B1.3.3,
 * CPSRWriteByInstr); here it stays clear.
 */
export const MASKS = Array.from({ length: STATE_WORDS }, (_, n) => (n === CPSR_AT ? 0xf80f_0000 : -1));

/** A single instruction. */
export function integerCase(row: Row, random: Random): RandomCase | undefined {
  const made = makeInstruction(row, random, chooseFields(row, random));
  if (made === undefined || isUnpredictable(made.x) || !isDefined(made)) return undefined;
  const { x } = made;
  const thumb = row.set !== 'A32';
  const draft = newDraft(random);
  setUp(draft, x, random);
  const inIt = thumb && !/^(?:B|BL|BLX|CBZ|IT|BKPT|UDF|TBB|TBH)$/.test(row.mnemonic);
  const cpsr = randomCpsr(random, inIt);
  const multiple = isMultiple(row) || /^(?:LDRD|STRD|STREXD)$/.test(row.mnemonic);
  return {
    name: `${row.mnemonic} (${row.set} ${row.encoding})`,
    code: made.bytes,
    ...(thumb ? { pcBits: 1 } : {}),
    state: stateOf(draft, cpsr),
    scratch: draft.scratch,
    masks: MASKS,
    adjust(expected, actual) {
      // A jump into the driver goes on there.
      if (actual.signal === 'segv' && (actual.pc < DRIVER_END || actual.address < DRIVER_END)) accept(expected, actual);
      if (misaligned(expected.pc) || misaligned(actual.pc)) accept(expected, actual);
      // QEMU writes the registers and words before the one that faults. ARM ARM B1.9, effects of data-aborted
      // instructions: registers that would be loaded, but for the base, become UNKNOWN.
      if (multiple && expected.signal !== 'ill' && actual.signal === expected.signal) accept(expected, actual);
    },
  };
}

/** Counts the result as the expected one. */
function accept(
  expected: { signal: unknown; pc: number; address: number; state: number[]; scratch: Uint8Array },
  actual: typeof expected,
): void {
  actual.signal = expected.signal;
  actual.pc = expected.pc;
  actual.address = expected.address;
  actual.state.splice(0, actual.state.length, ...expected.state);
  actual.scratch.set(expected.scratch);
}

/** Instructions that Linux or QEMU give a meaning beyond the architecture's. */
function isDefined({ x }: Made): boolean {
  if (x.row.mnemonic === 'UDF') return (x.word & 0xff) !== 0xf0 && x.word !== 0xde01;
  return true;
}
