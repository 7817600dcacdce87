/** IRETD in IR, its common way: what returnToFlat (../fast-return.ts) does. Anything else is left to the routine, by IRET_ASSIST. SDM vol. 2, IRET. */
import type { I32 } from '@kml/core';
import type { Insn } from '../../lift/insn.ts';
import { MODE_CPL, MODE_FP_PASSING, MODE_IO_DENIED, reg } from '../../state.ts';
import { IRET_ASSIST } from '../../vectors.ts';
import {
  EFL_KEPT,
  FLAG_AC,
  FLAG_AF,
  FLAG_CF,
  FLAG_DF,
  FLAG_IOPL,
  FLAG_NT,
  FLAG_OF,
  FLAG_PF,
  FLAG_SF,
  FLAG_TF,
  FLAG_VM,
  FLAG_ZF,
  writableFlags,
} from '../eflags.ts';
import { DPL } from '../flat-descriptor.ts';
import { flatDescriptor, isFlat, setFlat } from './flat-inline.ts';

const ESP = reg('esp');
const EFL = reg('efl');
const GDTR_LIMIT = reg('gdtrLimit');
const KEPT_SEGMENTS = ['ds', 'es', 'fs', 'gs'].map((name) => reg(`${name}Attr`));

/** The code at hand is the kernel's, flat and not stepping. */
export function mayReturnInline(x: Insn): boolean {
  return x.opSize === 32 && isFlat(x, 0);
}

/** IRETD from CPL 0 to flat segments of CPL 3. */
export function returnInline(x: Insn): void {
  const { b } = x;
  const old = b.get(EFL);
  const esp = b.get(ESP);
  const word = (index: number): I32 => b.load32(b.add(esp, x.const(4 * index)));
  // A return along the back link does not look at the stack.
  b.trapIf(b.and(old, x.const(FLAG_NT)), x.const(0), IRET_ASSIST);
  // In the order of the routine, for what they may fault with.
  const flags = word(2);
  const pc = word(0);
  const code = b.and(word(1), x.const(0xffff));
  // Flags that the mode word would follow go the long way, too.
  const unusual = b.and(flags, x.const(FLAG_VM | FLAG_TF | FLAG_AC));
  const kept = KEPT_SEGMENTS.map((slot) => mustDrop(x, b.get(slot)));
  const other = kept.reduce((one, next) => b.or(one, next), b.or(unusual, notUser(x, code)));
  b.trapIf(other, x.const(0), IRET_ASSIST);
  // Only then are there ESP and SS to be read.
  const newEsp = word(3);
  const stack = b.and(word(4), x.const(0xffff));
  b.trapIf(notUser(x, stack), x.const(0), IRET_ASSIST);
  const assistIf = (unlike: I32): void => b.trapIf(unlike, x.const(0), IRET_ASSIST);
  const codeAttr = flatDescriptor(x, code, { level: 3, code: true, supervisor: false }, assistIf);
  const stackAttr = flatDescriptor(x, stack, { level: 3, code: false, supervisor: false }, assistIf);

  b.set(newEsp, ESP);
  setFlat(x, 'ss', stack, stackAttr);
  setFlat(x, 'cs', code, codeAttr);
  const mask = writableFlags(0, 0);
  const efl = b.or(b.and(old, x.const(~mask & EFL_KEPT)), b.and(flags, x.const(mask & EFL_KEPT)));
  setFlags(x, flags, efl);
  const plain = (x.mode & ~(MODE_CPL | MODE_IO_DENIED | MODE_FP_PASSING)) | 3;
  const full = b.eq(b.and(efl, x.const(FLAG_IOPL)), x.const(FLAG_IOPL));
  const mode = b.select(x.const(plain), x.const(plain | MODE_IO_DENIED), full);
  b.endWith({ kind: 'switchMode', target: pc, mode, next: x.next });
}

/** Non-zero unless a data segment register is null or of CPL 3. */
function mustDrop(x: Insn, attr: I32): I32 {
  const { b } = x;
  return b.and(b.ne(attr, x.const(0)), b.ne(b.and(attr, x.const(DPL)), x.const(DPL)));
}

/** Non-zero unless a selector names a descriptor of the GDT, with privilege level 3. */
function notUser(x: Insn, selector: I32): I32 {
  const { b } = x;
  const offset = b.and(selector, x.const(0xfff8));
  const beyond = b.ltU(b.get(GDTR_LIMIT), b.add(offset, x.const(7)));
  return b.or(b.or(b.ne(b.and(selector, x.const(7)), x.const(3)), b.eqz(offset)), beyond);
}

/** The pieces of EFLAGS, as writeEflags sets them: all but those in `efl` come from the stack. */
function setFlags(x: Insn, flags: I32, efl: I32): void {
  const { b } = x;
  const where = (bit: number, set: number, clear: number): I32 =>
    b.select(x.const(set), x.const(clear), b.and(flags, x.const(bit)));
  b.set(b.and(flags, x.const(FLAG_CF)), reg('cf'));
  b.set(where(FLAG_PF, 0, 1), reg('pr'));
  b.set(b.and(flags, x.const(FLAG_AF)), reg('af'));
  b.set(where(FLAG_ZF, 0, 1), reg('zr'));
  b.set(where(FLAG_SF, -1, 0), reg('sr'));
  b.set(where(FLAG_DF, -1, 1), reg('df'));
  b.set(where(FLAG_OF, -1, 0), reg('of'));
  b.set(efl, EFL);
}
