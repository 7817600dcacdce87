/**
 * INT n in IR, its common way: from flat code of CPL 3 or 0 by a 32-bit interrupt or trap gate to flat segments of
 * CPL 0, what enterGate (../gates.ts) does in that order. Anything else is left to it, by INT_ASSIST. The tables and the
 * frame are accessed with supervisor rights. SDM vol. 3, 6.12.1.
 */
import type { I32 } from '@kml/core';
import type { Insn } from '../../lift/insn.ts';
import { eflagsWord } from '../../lift/stack.ts';
import { MODE_ALIGN_CHECK, MODE_CPL, MODE_FP_PASSING, MODE_IO_DENIED, reg } from '../../state.ts';
import { INT_ASSIST, SOFTWARE } from '../../vectors.ts';
import { FLAG_IF, FLAG_NT, FLAG_RF, FLAG_TF, FLAG_VM } from '../eflags.ts';
import { flatDescriptor, isFlat, setFlat } from './flat-inline.ts';

const ESP = reg('esp');
const EFL = reg('efl');
const IDTR_BASE = reg('idtrBase');
const IDTR_LIMIT = reg('idtrLimit');
const TR_BASE = reg('trBase');
const TR_LIMIT = reg('trLimit');
const GDTR_LIMIT = reg('gdtrLimit');
/** Of a 32-bit TSS: ESP0, and SS0 behind it. SDM vol. 3, figure 7-2. */
const TSS_ESP0 = 4;
/** What the high word of a gate must be: present, DPL 3, of either type; bit 8 is set for a trap gate. */
const GATE_MASK = 0xfe00;
const GATE = 0xee00;
const TRAP_GATE = 0x100;

/** The code at hand is flat, of CPL 3 or 0, and not stepping. */
export function mayInterruptInline(x: Insn): boolean {
  return isFlat(x, 3, MODE_ALIGN_CHECK) || isFlat(x, 0, MODE_ALIGN_CHECK);
}

/** INT `vector` from CPL 3, or within CPL 0. */
export function interruptInline(x: Insn, vector: number): void {
  const { b } = x;
  const assistIf = (other: I32): void => b.trapIf(other, x.const(vector), INT_ASSIST);
  const changesStack = x.cpl === 3;
  const beyond = (limit: I32, last: number): I32 => b.ltU(limit, x.const(last));
  assistIf(beyond(b.get(IDTR_LIMIT), 8 * vector + 7));
  if (changesStack) assistIf(beyond(b.get(TR_LIMIT), TSS_ESP0 + 7));
  const gate = b.add(b.get(IDTR_BASE), x.const(8 * vector));
  const low = b.load32S(gate);
  const high = b.load32S(b.add(gate, x.const(4)));
  const code = b.shrU(low, x.const(16));
  assistIf(b.or(b.ne(b.and(high, x.const(GATE_MASK)), x.const(GATE)), notGlobal(x, code)));
  const codeAttr = flatDescriptor(x, code, { level: 0, code: true, supervisor: true }, assistIf);
  const inner = changesStack ? innerStack(x, assistIf) : undefined;
  const before = changesStack ? [b.get(reg('ss')), b.get(ESP)] : [];
  const end = pushFrame(
    x,
    inner?.top ?? b.get(ESP),
    [...before, eflagsWord(x), b.get(reg('cs')), x.const(x.next)],
    assistIf,
  );

  if (inner) setFlat(x, 'ss', inner.selector, inner.attr);
  setFlat(x, 'cs', b.and(code, x.const(0xfffc)), codeAttr);
  b.set(end, ESP);
  const always = FLAG_TF | FLAG_NT | FLAG_RF | FLAG_VM;
  const kept = b.select(x.const(~always), x.const(~(always | FLAG_IF)), b.and(high, x.const(TRAP_GATE)));
  b.set(b.and(b.get(EFL), kept), EFL);
  const target = b.or(b.and(high, x.const(0xffff_0000)), b.and(low, x.const(0xffff)));
  const mode = x.const(x.mode & ~(MODE_CPL | MODE_IO_DENIED | MODE_FP_PASSING));
  b.endWith({ kind: 'switchMode', target, mode, next: x.next, trap: SOFTWARE | vector });
}

/** The stack of CPL 0 that the TSS names. */
function innerStack(x: Insn, assistIf: (other: I32) => void): { top: I32; selector: I32; attr: I32 } {
  const { b } = x;
  const tss = b.add(b.get(TR_BASE), x.const(TSS_ESP0));
  const top = b.load32S(tss);
  const selector = b.and(b.load32S(b.add(tss, x.const(4))), x.const(0xffff));
  assistIf(b.or(b.and(selector, x.const(3)), notGlobal(x, selector)));
  return { top, selector, attr: flatDescriptor(x, selector, { level: 0, code: false, supervisor: true }, assistIf) };
}

/** Pushes words, the first first, below `top`; gives the new top. They are to lie in one page: what the first store finds holds for all. */
function pushFrame(x: Insn, top: I32, words: readonly I32[], assistIf: (other: I32) => void): I32 {
  const { b } = x;
  const end = b.sub(top, x.const(4 * words.length));
  assistIf(b.shrU(b.xor(end, b.sub(top, x.const(1))), x.const(12)));
  words.forEach((word, index) => {
    b.store32S(b.sub(top, x.const(4 * (index + 1))), word);
  });
  return end;
}

/** Non-zero unless a selector names a descriptor of the GDT. */
function notGlobal(x: Insn, selector: I32): I32 {
  const { b } = x;
  const offset = b.and(selector, x.const(0xfff8));
  const beyond = b.ltU(b.get(GDTR_LIMIT), b.add(offset, x.const(7)));
  return b.or(b.or(b.and(selector, x.const(4)), b.eqz(offset)), beyond);
}
