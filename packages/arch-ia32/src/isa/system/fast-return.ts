/** The common way of IRETD: from CPL 0 on a flat stack to flat segments of CPL 3. far-return.ts has the general way. */
import { type Cpu, PAGE_SHIFT, wordOf } from '@kml/core';
import { ATTR_BIG } from './descriptor.ts';
import { EFL, FLAG_NT, FLAG_VM, readEflags, writableFlags, writeEflags } from './eflags.ts';
import { flatSegment } from './flat-descriptor.ts';
import { updateMode } from './mode.ts';
import { ESP } from './registers.ts';
import { CS, DS, ES, FS, GS, SS, setFlatSegment } from './segment-words.ts';

const ESP_AT = wordOf(ESP);
const EFL_AT = wordOf(EFL);
const DPL_3 = 0x60;

/** Does an IRETD. False, with nothing changed, where it is not the common case. */
export function returnToFlat(cpu: Cpu): boolean {
  const { i32, virtual } = cpu;
  if ((i32[CS.selector]! & 3) !== 0 || (i32[EFL_AT]! & FLAG_NT) !== 0) return false;
  if (i32[SS.base]! !== 0 || i32[SS.limit]! !== -1 || (i32[SS.attr]! & (ATTR_BIG | 0x4)) !== ATTR_BIG) return false;
  const esp = i32[ESP_AT]!;
  if (esp & 3 || esp >>> PAGE_SHIFT !== (esp + 19) >>> PAGE_SHIFT) return false;
  const at = virtual.translatedWord(esp, 'read', true);
  if (at < 0) return false;
  const selector = i32[at + 1]! & 0xffff;
  const flags = i32[at + 2]!;
  const stack = i32[at + 4]! & 0xffff;
  if ((selector & 3) !== 3 || (stack & 3) !== 3 || flags & FLAG_VM) return false;
  if (!mayStay(i32[DS.attr]!) || !mayStay(i32[ES.attr]!) || !mayStay(i32[FS.attr]!) || !mayStay(i32[GS.attr]!)) {
    return false;
  }
  const code = flatSegment(cpu, selector, 3, true);
  const data = flatSegment(cpu, stack, 3, false);
  if (code === 0 || data === 0) return false;
  const mask = writableFlags(0, 0);
  const pc = i32[at]!;
  i32[ESP_AT] = i32[at + 3]!;
  setFlatSegment(cpu, SS, stack, data);
  setFlatSegment(cpu, CS, selector, code);
  writeEflags(cpu, (readEflags(cpu) & ~mask) | (flags & mask));
  cpu.pc = pc;
  updateMode(cpu);
  return true;
}

/** A data segment register that CPL 3 may keep: null, or of its own level. */
function mayStay(attr: number): boolean {
  return attr === 0 || (attr & DPL_3) === DPL_3;
}
