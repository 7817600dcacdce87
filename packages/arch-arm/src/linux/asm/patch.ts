import type { FixupKind } from './encode.ts';

/** Puts a value that depends on labels into the word at address `at`. Throws SyntaxError where it does not fit. */
export function patch(kind: FixupKind, word: number, value: number, at: number): number {
  switch (kind) {
    case 'word':
      return value >>> 0;
    case 'branch':
      return withBranch(word, (value - (at + 8)) | 0);
    case 'literal':
      return withLiteral(word, value - (at + 8));
    case 'movw':
      return withHalf(word, value & 0xffff);
    case 'movt':
      return withHalf(word, value >>> 16);
  }
}

/** imm24 of B and BL. ARM ARM A8.8.18 */
function withBranch(word: number, distance: number): number {
  if (distance >= 0x200_0000 || distance < -0x200_0000) throw new SyntaxError('a branch reaches 32 MB');
  return (word | ((distance >> 2) & 0xff_ffff)) >>> 0;
}

/** imm12 and U of LDR (literal). ARM ARM A8.8.65 */
function withLiteral(word: number, distance: number): number {
  const size = Math.abs(distance);
  if (size > 0xfff) throw new SyntaxError('a literal lies at most 4095 bytes away');
  return (word | (distance >= 0 ? 1 << 23 : 0) | size) >>> 0;
}

/** imm4:imm12 of MOVW and MOVT. ARM ARM A8.8.102 */
function withHalf(word: number, half: number): number {
  return (word | ((half >> 12) << 16) | (half & 0xfff)) >>> 0;
}
