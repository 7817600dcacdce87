/** Random cases over the floating-point and SIMD rows. */
import type { Row } from '../../../../packages/arch-ia32/src/isa/decode/row.ts';
import { Case, DATA_ADDRESS } from './record.ts';

/** Deterministic random words (xorshift32). */
export class Random {
  private state: number;
  constructor(seed: number) {
    this.state = seed | 0 || 1;
  }
  word(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return x | 0;
  }
  below(limit: number): number {
    return (Math.imul(this.word(), 0x9e3779b1) >>> 0) % limit;
  }
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }
}

const WORDS = [0, 1, -1, 2, 0x7fffffff, 0x80000000 | 0, 0x80000001 | 0, 0x3f800000, 0x400, 0x800, 0x7ff];

function word(random: Random): number {
  return random.chance(30) ? random.pick(WORDS) : random.word();
}

/** A double's two words, of many kinds. */
export function randomDouble(random: Random): [low: number, high: number] {
  const sign = random.below(2) << 31;
  const fraction = (): [number, number] => [word(random), word(random) & 0xfffff];
  const exponent = (value: number): [number, number] => {
    const [low, high] = fraction();
    return [low, sign | (value << 20) | high];
  };
  switch (random.below(16)) {
    case 0:
      return [0, sign];
    case 1:
      return [0, sign | 0x7ff00000];
    case 2: {
      const [low, high] = fraction();
      return [low, sign | 0x7ff80000 | high];
    }
    case 3: {
      const [low, high] = fraction();
      return [low | 1, sign | 0x7ff00000 | (high & 0x7ffff)];
    }
    case 4:
      return exponent(0);
    case 5:
      return exponent(random.below(0x7ff));
    case 6: {
      const view = new DataView(new ArrayBuffer(8));
      view.setFloat64(0, random.below(2000) - 1000 + random.below(2) / 2, true);
      return [view.getInt32(0, true), view.getInt32(4, true)];
    }
    case 7:
      return exponent(random.pick([1, 2, 0x7fd, 0x7fe, 1023 + 31, 1023 + 30, 1023 + 63, 1023 + 62, 1023 + 15]));
    case 8:
      return [0, sign | ((1018 + random.below(10)) << 20)];
    default:
      return exponent(1023 - 20 + random.below(40));
  }
}

/** A single's bits, of many kinds. */
export function randomSingle(random: Random): number {
  const sign = random.below(2) << 31;
  const fraction = word(random) & 0x7fffff;
  switch (random.below(16)) {
    case 0:
      return sign;
    case 1:
      return sign | 0x7f800000;
    case 2:
      return sign | 0x7fc00000 | fraction;
    case 3:
      return sign | 0x7f800000 | (fraction & 0x3fffff) | 1;
    case 4:
      return sign | fraction;
    case 5:
      return sign | (random.below(255) << 23) | fraction;
    case 6: {
      const view = new DataView(new ArrayBuffer(4));
      view.setFloat32(0, random.below(2000) - 1000 + random.below(2) / 2, true);
      return view.getInt32(0, true);
    }
    case 7:
      return sign | (random.pick([1, 2, 253, 254, 127 + 31, 127 + 30, 127 + 15]) << 23) | fraction;
    case 8:
      return sign | ((122 + random.below(10)) << 23);
    default:
      return sign | ((127 - 12 + random.below(24)) << 23) | fraction;
  }
}

/** An 80-bit number: [low, high, sign and exponent], of every kind there is. */
export function randomExtended(random: Random): [low: number, high: number, signExponent: number] {
  const sign = random.below(2) << 15;
  const low = word(random);
  const high = word(random);
  const one = high | 0x80000000;
  switch (random.below(24)) {
    case 0:
      return [0, 0, sign];
    case 1:
      return [0, 0x80000000 | 0, sign | 0x7fff];
    case 2:
      return [low, one | 0x40000000, sign | 0x7fff];
    case 3:
      return [low | 1, (one & ~0x40000000) | 0, sign | 0x7fff];
    case 4:
      return [low, high & 0x7fffffff, sign];
    case 5:
      return [low, one, sign];
    case 6:
      return [low, high & 0x7fffffff, sign | random.below(0x8000)];
    case 7:
    case 8:
      return [low, one, sign | random.below(0x7fff)];
    case 9:
    case 10: {
      // A small integer or half.
      const value = 1 + random.below(2000);
      const shift = Math.clz32(value);
      return [0, value << shift, sign | (16383 + 31 - shift - random.below(2))];
    }
    case 11:
      return [
        low,
        one,
        sign | random.pick([1, 2, 0x7ffd, 0x7ffe, 16383 - 1022, 16383 - 1023, 16383 + 1023, 16383 + 1024]),
      ];
    case 12:
      return [
        low,
        one,
        sign | random.pick([16383 + 15, 16383 + 14, 16383 + 30, 16383 + 31, 16383 + 62, 16383 + 63, 16383 + 64]),
      ];
    case 13:
      return [0, 0x80000000 | 0, sign | (16383 - 5 + random.below(10))];
    case 14:
      return [low & ~0x7ff, one, sign | (16383 - 10 + random.below(20))];
    case 15:
      return [low, one, sign | (16383 - 70 + random.below(140))];
    case 16: {
      // Doubles' and singles' halfway cases.
      return random.chance(50) ? [(low & ~0xfff) | 0x400, one, sign | 16383] : [0, (one & ~0x1ff) | 0x80, sign | 16383];
    }
    default:
      return [low, one, sign | (16383 - 20 + random.below(40))];
  }
}

/** What the lanes of XMM registers and memory are filled with. */
type Filling = 'integer' | 'single' | 'double';

function fillingOf(row: Row): Filling {
  if (/(ps|ss)$/.test(row.mnemonic) || /^cvtt?(ps|ss)/.test(row.mnemonic)) return 'single';
  if (/(pd|sd)$/.test(row.mnemonic) || /^cvtt?(pd|sd)/.test(row.mnemonic)) return 'double';
  return 'integer';
}

function fill(view: DataView, at: number, bytes: number, filling: Filling, random: Random): void {
  for (let i = 0; i < bytes; i += 8) {
    if (filling === 'double') {
      const [low, high] = randomDouble(random);
      view.setInt32(at + i, low, true);
      view.setInt32(at + i + 4, high, true);
    } else {
      for (let j = 0; j < 8; j += 4) {
        view.setInt32(at + i + j, filling === 'single' ? randomSingle(random) : word(random), true);
      }
    }
  }
}

/** Bytes of an instruction of that row with random registers, or a memory operand at `offset` of the data. */
export function encode(row: Row, random: Random, memory: boolean, offset: number): number[] {
  const tokens = row.encoding.split(' ');
  const bytes: number[] = [];
  if (tokens[0] === 'NP') tokens.shift();
  let fixed = -1;
  let reg = random.below(8);
  let modrm = false;
  const immediates = tokens.filter((token) => token === 'ib').length;
  for (const [i, token] of tokens.entries()) {
    if (token === 'ib') continue;
    if (token === '/r') modrm = true;
    else if (/^\/\d$/.test(token)) {
      reg = Number(token[1]);
      modrm = true;
    } else if (token.endsWith('+i')) {
      fixed = Number.parseInt(token, 16) + random.below(8);
    } else if (i > 0 && /^D[89A-F]$/.test(tokens[i - 1]!)) {
      fixed = Number.parseInt(token, 16);
    } else if (/^[0-9A-F]{2}$/.test(token)) bytes.push(Number.parseInt(token, 16));
    else throw new Error(`cannot encode '${row.encoding}'`);
  }
  if (row.encoding.includes('0F AE E8') || row.encoding.includes('0F AE F')) return bytes;
  if (fixed >= 0) bytes.push(fixed);
  else if (modrm && memory) {
    if (row.operands.includes('G') && reg === 4) reg = 3;
    const address = DATA_ADDRESS + offset;
    bytes.push((reg << 3) | 5, address & 0xff, (address >> 8) & 0xff, (address >> 16) & 0xff, address >>> 24);
  } else if (modrm) {
    // ESP is never an operand.
    let rm = random.below(8);
    if (/[,^](E[dw]|Edw)|^E/.test(row.operands) && rm === 4) rm = 5;
    if (row.operands.startsWith('G') && reg === 4) reg = 3;
    bytes.push(0xc0 | (reg << 3) | rm);
  }
  for (let i = 0; i < immediates; i++) bytes.push(random.chance(50) ? random.below(256) : random.below(18));
  return bytes;
}

export function memoryAllowed(row: Row): boolean {
  return row.operands.split(',').some((code) => 'MEQW'.includes(code[0]!));
}

export function registerAllowed(row: Row): boolean {
  return !row.operands.split(',').some((code) => code[0] === 'M');
}

const MASKED = 0x3f;

function randomMasks(random: Random): number {
  return random.chance(80) ? MASKED : random.below(64);
}

/** Fills the FXSAVE image's x87 part. */
export function randomX87(fx: DataView, random: Random): void {
  const masks = randomMasks(random);
  // Nearest more often than not: it has ways of its own.
  const rounding = random.chance(50) ? 0 : random.below(4);
  const precision = random.chance(60) ? 3 : random.pick([0, 2, 3]);
  fx.setUint16(0, 0x40 | masks | (precision << 8) | (rounding << 10), true);
  const conditions = random.word() & 0x4700;
  // Sometimes an unmasked exception is pending.
  const pending = random.chance(2) ? random.below(64) & ~masks : 0;
  fx.setUint16(2, conditions | (random.below(8) << 11) | pending | (pending ? 0x8080 : 0), true);
  const tags = random.chance(85) ? random.pick([0xff, 0x0f, 0x3f]) : random.below(256);
  fx.setUint8(4, tags);
  for (let i = 0; i < 8; i++) {
    const [low, high, signExponent] = randomExtended(random);
    fx.setInt32(32 + i * 16, low, true);
    fx.setInt32(36 + i * 16, high, true);
    fx.setUint16(40 + i * 16, signExponent, true);
  }
}

export function fillMemory(item: Case, row: Row, random: Random): void {
  const view = new DataView(item.memory.buffer, item.memory.byteOffset, item.memory.length);
  const operands = row.operands;
  if (operands.includes('Mfd') && !row.mnemonic.startsWith('fi')) fill(view, 0, view.byteLength, 'single', random);
  else if (operands.includes('Mfq') && !row.mnemonic.startsWith('fi')) fill(view, 0, view.byteLength, 'double', random);
  else if (operands.includes('Mt') && row.mnemonic !== 'fbld') {
    for (let at = 0; at < view.byteLength; at += 8) {
      const [low, high, signExponent] = randomExtended(random);
      view.setInt32(at, low, true);
      if (at % 16 === 8) view.setUint16(at, signExponent, true);
      else view.setInt32(at + 4, high, true);
    }
  } else if (row.mnemonic === 'fbld') {
    for (let at = 0; at < view.byteLength; at++) view.setUint8(at, random.below(10) | (random.below(10) << 4));
  } else fill(view, 0, view.byteLength, fillingOf(row), random);
}

/** The image a state instruction loads: at `offset` of the data. */
function fillImage(item: Case, row: Row, random: Random, offset: number): void {
  const view = new DataView(item.memory.buffer, item.memory.byteOffset + offset, 512);
  if (row.mnemonic === 'fxrstor') {
    randomX87(view, random);
    view.setInt32(24, random.chance(90) ? 0x1f80 | (random.word() & 0xe07f) : random.word() & 0x1ffff, true);
    fill(view, 160, 128, 'integer', random);
    return;
  }
  // Environment: words at every second (16-bit form) or fourth byte, the reserved ones random.
  for (let at = 0; at < 108; at += 2) view.setUint16(at, random.word() & 0xffff, true);
}

const STATE = /^(fldenv|fnstenv|frstor|fnsave|fxsave|fxrstor)$/;

/** A random case of that row. */
export function makeCase(row: Row, random: Random): Case {
  const item = new Case();
  const memory = memoryAllowed(row) && (!registerAllowed(row) || random.chance(50));
  const aligned = random.chance(95);
  const offset = aligned ? random.below(4) * 16 : random.below(48);
  const code = encode(row, random, memory, offset);
  const narrow = /^f(ldenv|nstenv|rstor|nsave)$/.test(row.mnemonic) && random.chance(30);
  item.setCode(narrow ? [0x66, ...code] : code);
  const fx = item.fx;
  randomX87(fx, random);
  let mxcsr = 0x1f80;
  if (random.chance(70)) mxcsr = (randomMasks(random) << 7) | (random.below(4) << 13);
  if (random.chance(30)) mxcsr |= random.word() & 0x8040;
  if (random.chance(30)) mxcsr |= 0x20;
  // What most programs have, once a result was inexact: arithmetic is native then. Often with other flags set.
  if (random.chance(50)) mxcsr = 0x1fa0 | (random.chance(50) ? random.word() & 0x1f : 0);
  fx.setInt32(24, mxcsr, true);
  fx.setInt32(28, 0xffff, true);
  fill(fx, 160, 128, fillingOf(row), random);
  // Small counts for shifts.
  if (/^ps[rl]/.test(row.mnemonic) && random.chance(70)) {
    for (let n = 0; n < 8; n += 1)
      if (random.chance(50)) {
        fx.setInt32(160 + n * 16, random.below(70), true);
        fx.setInt32(164 + n * 16, 0, true);
        fx.setInt32(32 + n * 16, random.below(70), true);
        fx.setInt32(36 + n * 16, 0, true);
      }
  }
  if (STATE.test(row.mnemonic)) fillImage(item, row, random, offset);
  else fillMemory(item, row, random);
  for (let n = 0; n < 8; n++) item.setReg(n, word(random));
  item.setReg(4, 0);
  item.setReg(7, DATA_ADDRESS + random.below(64));
  item.eflags = 0x202 | (random.word() & 0x8d5);
  return item;
}
