import type { FrameRegisters, ReadWord } from '@kml/kernel';

const SP = 13;
const LR = 14;
const PC = 15;
const CANNOT_UNWIND = 1;
const FINISH = 0xb0;

/** The unwind instructions of the function at pc, by the index table of its file; undefined where it has none. EHABI32, 5 and 6 */
export function unwindInstructions(
  { start, end }: { readonly start: number; readonly end: number },
  pc: number,
  read: ReadWord,
): number[] | undefined {
  const at = indexEntry(start, end, pc, read);
  const word = at === undefined ? undefined : read(at + 4);
  if (at === undefined || word === undefined || word === CANNOT_UNWIND) return undefined;
  if (word < 0) return bytesOf([word], 3);
  const data = relative31(at + 4, word);
  const first = read(data);
  if (first === undefined) return undefined;
  if (first >= 0) return moreBytes(data + 4, read(data + 4), read, 24);
  const personality = (first >>> 24) & 0xf;
  return personality === 0 ? bytesOf([first], 3) : moreBytes(data, first, read, 16);
}

/** The last entry whose function begins at or below pc. */
function indexEntry(start: number, end: number, pc: number, read: ReadWord): number | undefined {
  let below = -1;
  let above = (end - start) >>> 3;
  while (above - below > 1) {
    const middle = (below + above) >>> 1;
    const at = start + 8 * middle;
    const word = read(at);
    if (word === undefined) return undefined;
    if (relative31(at, word) >>> 0 <= pc >>> 0) below = middle;
    else above = middle;
  }
  return below < 0 ? undefined : start + 8 * below;
}

/** A place relative to the word that names it, in 31 bits. */
function relative31(at: number, word: number): number {
  return at + ((word << 1) >> 1);
}

/** Instructions of the lowest `count` bytes of the first word, and of all of the others. */
function bytesOf(words: readonly number[], count: number): number[] {
  const bytes: number[] = [];
  for (const [index, word] of words.entries()) {
    for (let byte = index === 0 ? count - 1 : 3; byte >= 0; byte--) bytes.push((word >>> (8 * byte)) & 0xff);
  }
  return bytes;
}

/** The same where the first word says, in eight bits from `shift` up, how many follow it. */
function moreBytes(at: number, first: number | undefined, read: ReadWord, shift: number): number[] | undefined {
  if (first === undefined) return undefined;
  const words = [first];
  for (let index = 1; index <= ((first >>> shift) & 0xff); index++) {
    const word = read(at + 4 * index);
    if (word === undefined) return undefined;
    words.push(word);
  }
  return bytesOf(words, shift / 8);
}

/** Executes unwind instructions: registers become the caller's. Answers the return address. EHABI32, 10.3 */
export function unwind(instructions: readonly number[], registers: FrameRegisters, read: ReadWord): number | undefined {
  const state = new Unwinding(registers, read);
  for (let at = 0; at < instructions.length; ) {
    const code = instructions[at++]!;
    if (code === FINISH) break;
    const next = code >= 0x80 && code < 0x90 ? instructions[at++]! : 0;
    if (code < 0x80) state.move(code);
    else if (code < 0x90) state.pop(((code & 0xf) << 12) | (next << 4));
    else if (code < 0xa0) state.sp = registers.get(code & 0xf);
    else if (code < 0xb0) state.pop((((2 << (code & 7)) - 1) << 4) | (code & 8 ? 1 << LR : 0));
    else if (code === 0xb1) state.pop(instructions[at++]! & 0xf);
    else if (code === 0xb2) {
      let value = 0;
      let shift = 0;
      do value |= (instructions[at]! & 0x7f) << shift;
      while (instructions[at++]! & 0x80 && (shift += 7) < 32);
      state.add(0x204 + (value << 2));
    } else if (code === 0xb3) state.add(8 * ((instructions[at++]! & 0xf) + 1) + 4);
    else if (code >= 0xb8 && code < 0xc0) state.add(8 * ((code & 7) + 1) + 4);
    else if (code === 0xc8 || code === 0xc9) state.add(8 * ((instructions[at++]! & 0xf) + 1));
    else if (code >= 0xd0 && code < 0xd8) state.add(8 * ((code & 7) + 1));
    else return undefined;
  }
  if (state.sp === undefined) return undefined;
  const result = registers.get(PC) ?? registers.get(LR);
  registers.set(SP, state.sp | 0);
  registers.delete(PC);
  registers.delete(LR);
  return result;
}

class Unwinding {
  sp: number | undefined;
  private readonly registers: FrameRegisters;
  private readonly read: ReadWord;

  constructor(registers: FrameRegisters, read: ReadWord) {
    this.registers = registers;
    this.read = read;
    this.sp = registers.get(SP);
  }

  /** vsp = vsp + (xxxxxx << 2) + 4, or with bit 6 less that. */
  move(code: number): void {
    const by = ((code & 0x3f) << 2) + 4;
    this.add(code & 0x40 ? -by : by);
  }

  add(bytes: number): void {
    if (this.sp !== undefined) this.sp += bytes;
  }

  /** Pops the registers of a mask, the lowest first. */
  pop(mask: number): void {
    let popped: number | undefined;
    for (let register = 0; register < 16; register++) {
      if (!((mask >>> register) & 1) || this.sp === undefined) continue;
      const value = this.read(this.sp);
      if (value === undefined) this.registers.delete(register);
      else this.registers.set(register, value);
      if (register === SP) popped = value;
      this.sp += 4;
    }
    if (popped !== undefined) this.sp = popped;
  }
}
