/** What assembly writes for special cases of instructions, as objdump prints them. */
import { type Pattern, patternOf } from '../decode/row.ts';

export interface Alias extends Pattern {
  readonly mnemonic: string;
  /** Operand codes, as in Row. */
  readonly operands: string;
}

const alias = (encoding: string, mnemonic: string, operands = ''): Alias => ({
  ...patternOf(encoding),
  mnemonic,
  operands,
});

/** In order of preference. */
export const ALIASES: readonly Alias[] = [
  alias('000000 00000 00000 00000 00000 000000', 'nop'),
  alias('000000 00000 00000 00000 00001 000000', 'ssnop'),
  alias('000000 00000 00000 00000 00011 000000', 'ehb'),
  alias('000000 00000 00000 00000 00101 000000', 'pause'),
  alias('000000 sssss 00000 ddddd 00000 100101', 'move', 'd,s'),
  alias('000000 sssss 00000 ddddd 00000 100001', 'move', 'd,s'),
  alias('000000 00000 ttttt ddddd 00000 100011', 'negu', 'd,t'),
  alias('000000 00000 ttttt ddddd 00000 100010', 'neg', 'd,t'),
  alias('001001 00000 ttttt iiiiiiiiiiiiiiii', 'li', 't,i'),
  alias('001101 00000 ttttt iiiiiiiiiiiiiiii', 'li', 't,u'),
  alias('000100 00000 00000 iiiiiiiiiiiiiiii', 'b', 'b'),
  alias('000001 00000 00001 iiiiiiiiiiiiiiii', 'b', 'b'),
  alias('000001 00000 10001 iiiiiiiiiiiiiiii', 'bal', 'b'),
  alias('000100 sssss 00000 iiiiiiiiiiiiiiii', 'beqz', 's,b'),
  alias('000101 sssss 00000 iiiiiiiiiiiiiiii', 'bnez', 's,b'),
  alias('010100 sssss 00000 iiiiiiiiiiiiiiii', 'beqzl', 's,b'),
  alias('010101 sssss 00000 iiiiiiiiiiiiiiii', 'bnezl', 's,b'),
  alias('000000 sssss 00000 11111 00000 001001', 'jalr', 's'),
  alias('000000 sssss 00000 11111 10000 001001', 'jalr.hb', 's'),
  alias('010001 01000 00000 iiiiiiiiiiiiiiii', 'bc1f', 'b'),
  alias('010001 01000 00001 iiiiiiiiiiiiiiii', 'bc1t', 'b'),
  alias('010001 01000 00010 iiiiiiiiiiiiiiii', 'bc1fl', 'b'),
  alias('010001 01000 00011 iiiiiiiiiiiiiiii', 'bc1tl', 'b'),
  alias('010000 01011 00000 01100 00000 000000', 'di'),
  alias('010000 01011 00000 01100 00000 100000', 'ei'),
  alias('000000 00000 00000 00000 00100 001111', 'sync_wmb'),
  alias('000000 00000 00000 00000 10000 001111', 'sync_mb'),
  alias('000000 00000 00000 00000 10001 001111', 'sync_acquire'),
  alias('000000 00000 00000 00000 10010 001111', 'sync_release'),
  alias('000000 00000 00000 00000 10011 001111', 'sync_rmb'),
];
