import type { Form } from '@kml/arch-ia32/isa/testing';
import { makeForm, type Row } from '@kml/arch-ia32/isa/testing';
import type { Random } from '../../random/prng.ts';
import { DATA, DATA_BYTES, type RandomCase, SCRATCH, SCRATCH_BYTES } from './layout.ts';
import { type Draft, SETUPS } from './special.ts';

const ESP = 4;
/** CF PF AF ZF SF OF. */
const ARITHMETIC_FLAGS = 0x8d5;
const COMPARED_FLAGS = 0xcd5;
const FLAG_LETTERS: Readonly<Record<string, number>> = { o: 0x800, s: 0x80, z: 0x40, a: 0x10, p: 0x4, c: 0x1 };
const MANDATORY_PREFIX = [undefined, 0x66, 0xf3, 0xf2];

/** Hooks for a family of rows that needs floating-point or SIMD state. */
export interface StateHook {
  /** Whether the row is of the family. */
  matches(row: Row): boolean;
  /** Random FXRSTOR image. */
  makeFx(random: Random, row: Row): Uint8Array;
  compareFx?(row: Row): RandomCase['compareFx'];
  /** Alignment its memory operands need, in bytes. */
  alignment?(row: Row): number;
  /** Last changes to a draft; false rejects it. */
  setup?(draft: Draft, random: Random, row: Row): boolean;
}

/** Whether a row is generated at all. */
export function isGenerated(row: Row): boolean {
  return row.test?.skip === undefined;
}

/** `count` cases of one row. Throws where the row's needs cannot be met. */
export function casesOf(row: Row, count: number, random: Random, hooks: readonly StateHook[]): RandomCase[] {
  const form = makeForm(row);
  const hook = hooks.find((candidate) => candidate.matches(row));
  const cases: RandomCase[] = [];
  for (let tries = 0; cases.length < count; tries++) {
    if (tries > count * 100) throw new RangeError(`no cases can be made of ${row.mnemonic} (${row.encoding})`);
    const made = makeCase(form, random, hook);
    if (made) cases.push(made);
  }
  return cases;
}

interface Encoded {
  readonly bytes: number[];
  readonly registers: number[];
  readonly target: number | undefined;
  readonly opSize: 16 | 32;
  readonly imm: number;
  readonly imm2: number;
  readonly modrm: number;
  readonly opcode: number;
  readonly repeated: boolean;
}

function makeCase(form: Form, random: Random, hook: StateHook | undefined): RandomCase | undefined {
  const { row } = form;
  const encoded = encode(form, random, hook?.alignment?.(row) ?? 1);
  const scratch = new Uint8Array(SCRATCH_BYTES);
  for (let i = 0; i < SCRATCH_BYTES; i += 4) {
    const value = random.value();
    for (let k = 0; k < 4; k++) scratch[i + k] = value >>> (8 * k);
  }
  let undefinedFlags = 0;
  for (const letter of row.test?.undefinedFlags ?? '') undefinedFlags |= FLAG_LETTERS[letter]!;
  const draft: Draft = { ...encoded, scratch, eflags: 0x202 | (random.word() & ARITHMETIC_FLAGS), undefinedFlags };
  const setup = SETUPS[row.mnemonic];
  if (setup && !setup(draft, random)) return undefined;
  if (hook?.setup && !hook.setup(draft, random, row)) return undefined;
  const compareFx = hook?.compareFx?.(row);
  return {
    name: `${row.mnemonic} (${row.encoding})`,
    bytes: encoded.bytes,
    registers: draft.registers.map((value) => value >>> 0),
    eflags: draft.eflags,
    scratch,
    fx: hook?.makeFx(random, row),
    flagsMask: COMPARED_FLAGS & ~draft.undefinedFlags,
    ...(compareFx ? { compareFx } : {}),
  };
}

function encode(form: Form, random: Random, alignment: number): Encoded {
  const { row } = form;
  const registers = Array.from({ length: 8 }, () => random.value());
  registers[ESP] = SCRATCH + 0x100 + (random.chance(90) ? 4 * random.below(24) : random.below(96));
  if (random.chance(2)) registers[ESP] = random.pick([DATA, DATA + DATA_BYTES]) + random.below(16) - 8;
  const bytes: number[] = [];
  const opSize = choosePrefixes(form, random, bytes);
  const repeated = row.rep !== undefined && random.chance(60);
  if (repeated) bytes.push(row.rep === 'repe' && random.chance(50) ? 0xf2 : 0xf3);
  const mandatory = MANDATORY_PREFIX[Math.max(form.prefix, 0)];
  const body: number[] = [];
  if (form.map === 1) body.push(0x0f);
  const opcode = form.opcode + (form.opcodeCount === 8 ? random.below(8) : 0);
  body.push(opcode);
  let target: number | undefined;
  let modrm = -1;
  if (form.modrm) {
    modrm = chooseModrm(form, random);
    if (modrm >= 0xc0) body.push(modrm);
    else {
      const memory = memoryOperand(modrm, registers, random, alignment);
      target = memory.target;
      modrm = memory.bytes[0]!;
      body.push(...memory.bytes);
      if (row.lock && random.chance(15)) bytes.push(0xf0);
      if (random.chance(8)) bytes.push(random.pick([0x26, 0x36, 0x3e]));
    }
  }
  if (mandatory !== undefined) bytes.push(mandatory);
  bytes.push(...body);
  const values: number[] = [];
  for (const kind of form.immediates) {
    const value = kind === 'offset' ? SCRATCH + 128 + random.below(256) : random.value();
    const width = kind === 'b' || kind === 'sb' ? 1 : kind === 'w' ? 2 : kind === 'z' ? opSize >> 3 : 4;
    const small = row.mnemonic === 'enter' ? value & 0x7f : value;
    for (let i = 0; i < width; i++) bytes.push((small >>> (8 * i)) & 255);
    values.push(width === 4 ? small : small & ((1 << (8 * width)) - 1));
    if (kind === 'offset') target = value;
  }
  const [imm = 0, imm2 = 0] = values;
  return { bytes, registers, target, opSize, imm, imm2, modrm, opcode, repeated };
}

/** Operand-size prefix where the operands go by operand size; the size. */
function choosePrefixes(form: Form, random: Random, bytes: number[]): 16 | 32 {
  const sized =
    form.operands.some(({ width, type }) => width === 0 && type !== 'sb') || form.row.mnemonic.includes('|');
  if (form.prefix >= 0 || !sized || !random.chance(30)) return 32;
  bytes.push(0x66);
  return 16;
}

function chooseModrm(form: Form, random: Random): number {
  const possible: number[] = [];
  for (let byte = 0; byte < 256; byte++)
    if (form.modrmMatches === undefined || form.modrmMatches(byte)) possible.push(byte);
  const memory = possible.filter((byte) => byte < 0xc0);
  const registers = possible.filter((byte) => byte >= 0xc0);
  if (memory.length === 0 || (registers.length > 0 && random.chance(50))) return random.pick(registers);
  return random.pick(memory);
}

/** Encodes a memory operand that lies in scratch, setting the registers it needs. */
function memoryOperand(
  modrm: number,
  registers: number[],
  random: Random,
  alignment: number,
): { readonly bytes: number[]; readonly target: number } {
  // Some lie at the end of the data pages: whole or partly beyond it.
  const edge = DATA + DATA_BYTES + random.below(40) - 24;
  const free = random.chance(3) ? edge : SCRATCH + 128 + random.below(224);
  const target = random.chance(alignment > 1 ? 95 : 40) ? free & -Math.max(alignment, 4) : free;
  const reg = modrm & 0x38;
  const mod = modrm >> 6;
  const rm = modrm & 7;
  if (rm === 4) return { bytes: sibOperand(mod, reg, registers, random, target), target };
  if (mod === 0 && rm === 5) return { bytes: [reg | 5, ...word(target)], target };
  const disp = chooseDisplacement(mod, random);
  registers[rm] = (target - disp) >>> 0;
  return { bytes: [(mod << 6) | reg | rm, ...displacement(mod, disp)], target };
}

function sibOperand(mod: number, reg: number, registers: number[], random: Random, target: number): number[] {
  const scale = random.below(4);
  let index = random.below(8);
  const base = random.below(8);
  if (index === base) index = 4;
  // Without an index the scale means nothing, but may be there.
  const part = index === 4 ? 0 : registers[index]! << scale;
  const sib = (scale << 6) | (index << 3) | base;
  if (mod === 0 && base === 5) return [reg | 4, sib, ...word(target - part)];
  // ESP is the stack pointer of the case: the displacement makes the address.
  if (base === ESP) return [0x80 | reg | 4, sib, ...word(target - part - registers[ESP]!)];
  const disp = chooseDisplacement(mod, random);
  registers[base] = (target - part - disp) >>> 0;
  return [(mod << 6) | reg | 4, sib, ...displacement(mod, disp)];
}

function chooseDisplacement(mod: number, random: Random): number {
  if (mod === 0) return 0;
  return mod === 1 ? (random.word() << 24) >> 24 : random.word() | 0;
}

function displacement(mod: number, disp: number): number[] {
  if (mod === 0) return [];
  return mod === 1 ? [disp & 255] : word(disp);
}

function word(value: number): number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255];
}
