/**
 * The common way through a gate: flat 32-bit code of CPL 3 or 0 by a 32-bit interrupt or trap gate to flat segments of
 * CPL 0, the tables and the frame in pages that are translated already. gates.ts has the general way.
 */
import { type Cpu, PAGE_MASK, PAGE_SHIFT, wordOf } from '@kml/core';
import {
  MODE_ALIGN_CHECK,
  MODE_CODE_SEGMENTED,
  MODE_CODE32,
  MODE_CPL,
  MODE_FP_PASSING,
  MODE_IO_DENIED,
  MODE_SEGMENTED,
  MODE_STACK32,
  MODE_STEP,
} from '../state.ts';
import { ATTR_PRESENT, dplOf, TYPE_INTERRUPT_GATE, TYPE_TRAP_GATE } from './descriptor.ts';
import { EFL, FLAG_IF, FLAG_NT, FLAG_RF, FLAG_TF, FLAG_VM, readEflags } from './eflags.ts';
import { flatSegment } from './flat-descriptor.ts';
import { ESP, IDTR_BASE, IDTR_LIMIT, TR_BASE, TR_LIMIT } from './registers.ts';
import { CS, SS, setFlatSegment } from './segment-words.ts';

const ESP_AT = wordOf(ESP);
const EFL_AT = wordOf(EFL);
const IDTR_BASE_AT = wordOf(IDTR_BASE);
const IDTR_LIMIT_AT = wordOf(IDTR_LIMIT);
const TR_BASE_AT = wordOf(TR_BASE);
const TR_LIMIT_AT = wordOf(TR_LIMIT);
/** Of a 32-bit TSS: ESP0, and SS0 behind it. SDM vol. 3, figure 7-2. */
const TSS_ESP0 = 4;
/** What the mode word of the interrupted code must be: then the handler's follows from it (mode.ts has the rule). */
const MODE_FLAT = MODE_CODE32 | MODE_STACK32;
const MODE_KIND = MODE_FLAT | MODE_SEGMENTED | MODE_CODE_SEGMENTED | MODE_STEP | MODE_ALIGN_CHECK;
const MODE_PROGRAM = MODE_CPL | MODE_IO_DENIED | MODE_FP_PASSING;
/** What a gate clears of EFLAGS beside IF. */
const FLAGS_CLEARED = FLAG_TF | FLAG_NT | FLAG_RF | FLAG_VM;

/**
 * Enters the handler of `vector`; the program resumes at linear address `resume`. False, with nothing
 * changed, where it is not the common case.
 * @param software the gate's DPL is checked
 * @param fault EFLAGS is stored with RF
 * @param error pushed, unless it is below 0
 */
export function enterFlatGate(
  cpu: Cpu,
  vector: number,
  software: boolean,
  fault: boolean,
  error: number,
  resume: number,
): boolean {
  const { i32, virtual, mode } = cpu;
  const level = mode & MODE_CPL;
  const oldCs = i32[CS.selector]!;
  if ((mode & MODE_KIND) !== MODE_FLAT || (level !== 3 && level !== 0) || (oldCs & 3) !== level) return false;
  if ((vector << 3) + 7 > i32[IDTR_LIMIT_AT]! >>> 0) return false;
  const gate = (i32[IDTR_BASE_AT]! + (vector << 3)) | 0;
  const gateAt = (gate & 7) === 0 ? virtual.translatedWord(gate, 'read', true) : -1;
  if (gateAt < 0) return false;
  const low = i32[gateAt]!;
  const high = i32[gateAt + 1]!;
  const attr = (high >>> 8) & 0xff;
  const type = attr & 0x1f;
  if (type !== TYPE_INTERRUPT_GATE && type !== TYPE_TRAP_GATE) return false;
  if ((attr & ATTR_PRESENT) === 0 || (software && dplOf(attr) < level)) return false;
  const selector = low >>> 16;
  const code = flatSegment(cpu, selector, 0, true);
  if (code === 0) return false;
  const tssAt = level === 3 ? innerStackAt(cpu) : -1;
  const stack = tssAt < 0 ? 0 : i32[tssAt + 1]! & 0xffff;
  const data = (stack & 3) === 0 && stack !== 0 ? flatSegment(cpu, stack, 0, false) : 0;
  if (level === 3 && data === 0) return false;
  const top = level === 3 ? i32[tssAt]! : i32[ESP_AT]!;
  const end = (top - (level === 3 ? 20 : 12) - (error < 0 ? 0 : 4)) | 0;
  if (top & 3 || end >>> PAGE_SHIFT !== (top - 1) >>> PAGE_SHIFT) return false;
  const at = virtual.translatedWord(end, 'write', true);
  if (at < 0) return false;
  let place = at;
  if (error >= 0) i32[place++] = error;
  i32[place] = resume;
  i32[place + 1] = oldCs;
  i32[place + 2] = (readEflags(cpu) & ~FLAG_RF) | (fault ? FLAG_RF : 0);
  if (level === 3) {
    i32[place + 3] = i32[ESP_AT]!;
    i32[place + 4] = i32[SS.selector]!;
    setFlatSegment(cpu, SS, stack, data);
  }
  setFlatSegment(cpu, CS, selector & 0xfffc, code);
  i32[ESP_AT] = end;
  i32[EFL_AT] = i32[EFL_AT]! & ~(type === TYPE_INTERRUPT_GATE ? FLAGS_CLEARED | FLAG_IF : FLAGS_CLEARED);
  cpu.pc = (high & 0xffff_0000) | (low & 0xffff);
  cpu.mode = mode & ~MODE_PROGRAM;
  return true;
}

/** Index among the words of memory of ESP0 in the TSS; -1 where the TSS is too short, or lies unusually. */
function innerStackAt(cpu: Cpu): number {
  const { i32, virtual } = cpu;
  const tss = (i32[TR_BASE_AT]! + TSS_ESP0) | 0;
  const inPage = (tss & 3) === 0 && (tss & PAGE_MASK) <= PAGE_MASK - 7;
  if (!inPage || TSS_ESP0 + 7 > i32[TR_LIMIT_AT]! >>> 0) return -1;
  return virtual.translatedWord(tss, 'read', true);
}
