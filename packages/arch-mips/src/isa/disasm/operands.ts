import { cp0Name, fpuControlName, GPR_NAMES, hardwareName } from './names.ts';

const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;
const address = (value: number): string => (value >>> 0).toString(16);

/**
 * An operand's text by its code:
 *
 *     d s t         general registers in bits 15:11, 25:21, 20:16
 *     D S T R       floating point registers in bits 10:6, 15:11, 20:16, 25:21
 *     i u           immediate, signed decimal or hexadecimal
 *     a m m1        shift amount or position; size of INS and EXT
 *     o x           offset(base), index(base)
 *     b j           branch and jump targets
 *     h hd stype    hint of PREF, PREFX; kind of SYNC
 *     cc cd         condition code in bits 20:18, 10:8 (none shown for 0)
 *     c0 fc hwr c2  register of coprocessor 0, FPU control register, hardware register, of coprocessor 2
 *     z             "zero"
 *     code c10 c10b c19 c20 c26   code fields; nothing where 0
 *
 * Undefined: nothing is shown. `pc` is the instruction's address.
 */
export function operandText(code: string, word: number, pc: number): string | undefined {
  const field = (shift: number, width = 5) => (word >>> shift) & ((1 << width) - 1);
  const gpr = (shift: number) => GPR_NAMES[field(shift)]!;
  const fpr = (shift: number) => `$f${field(shift)}`;
  const some = (value: number) => (value === 0 ? undefined : hex(value));
  const immediate = (word << 16) >> 16;
  switch (code) {
    case 'd':
      return gpr(11);
    case 's':
      return gpr(21);
    case 't':
      return gpr(16);
    case 'D':
      return fpr(6);
    case 'S':
      return fpr(11);
    case 'T':
      return fpr(16);
    case 'R':
      return fpr(21);
    case 'i':
      return `${immediate}`;
    case 'u':
      return hex(word & 0xffff);
    case 'a':
      return hex(field(6));
    case 'm':
      return hex(field(11) - field(6) + 1);
    case 'm1':
      return hex(field(11) + 1);
    case 'o':
      return `${immediate}(${gpr(21)})`;
    case 'x':
      return `${gpr(16)}(${gpr(21)})`;
    case 'b':
      return address(pc + 4 + (immediate << 2));
    case 'j':
      return address(((pc + 4) & 0xf000_0000) | (field(0, 26) << 2));
    case 'h':
      return hex(field(16));
    case 'hd':
      return hex(field(11));
    case 'stype':
      return some(field(6));
    case 'cc':
      return `$fcc${field(18, 3)}`;
    case 'cd':
      return field(8, 3) === 0 ? undefined : `$fcc${field(8, 3)}`;
    case 'c0':
      return cp0Name(field(11), field(0, 3));
    case 'fc':
      return fpuControlName(field(11));
    case 'hwr':
      return hardwareName(field(11));
    case 'c2':
      return `$${field(16)}`;
    case 'z':
      return 'zero';
    case 'code':
      return some(field(6, 10));
    case 'c10':
      return field(16, 10) === 0 && field(6, 10) === 0 ? undefined : hex(field(16, 10));
    case 'c10b':
      return some(field(6, 10));
    case 'c19':
      return some(field(6, 19));
    case 'c20':
      return some(field(6, 20));
    case 'c26':
      return hex(field(0, 25));
    default:
      throw new TypeError(`no operand code '${code}'`);
  }
}
