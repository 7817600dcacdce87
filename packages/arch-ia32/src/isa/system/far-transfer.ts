/** Far JMP, CALL and RET. SDM vol. 2, JMP, CALL, RET; vol. 3, 5.8 and 7.3. */
import type { Cpu } from '@kml/core';
import { GP, NP } from '../vectors.ts';
import {
  ATTR_PRESENT,
  dplOf,
  found,
  isCode,
  isConforming,
  isNullSelector,
  require,
  systemType,
  TYPE_TASK_GATE,
  TYPE_TSS_AVAILABLE,
} from './descriptor.ts';
import { returnFar } from './far-return.ts';
import { updateMode } from './mode.ts';
import { BASE, cplOf, eipOf, SEG_CS, SELECTOR } from './registers.ts';
import { setCodeFromFound } from './segments.ts';
import { pushed, pushOnStack, setStackPointer } from './stack.ts';
import type { SwitchKind } from './task-switch.ts';
import { transferToTask } from './task-transfer.ts';

/** Far JMP to selector:offset. */
export function jumpFar(cpu: Cpu, selector: number, offset: number, _wide: number, next: number): void {
  if (enterTask(cpu, selector & 0xffff, 'jump', next)) return;
  findTarget(cpu, selector & 0xffff, offset);
  commit(cpu, selector, offset);
}

/** Far CALL to selector:offset; `wide`: 32-bit operand size. */
export function callFar(cpu: Cpu, selector: number, offset: number, wide: number, next: number): void {
  if (enterTask(cpu, selector & 0xffff, 'nest', next)) return;
  findTarget(cpu, selector & 0xffff, offset);
  pushed[0] = cpu.get(SELECTOR[SEG_CS]!);
  pushed[1] = eipOf(cpu, next);
  const top = pushOnStack(cpu, 2, wide !== 0);
  setStackPointer(cpu, top);
  commit(cpu, selector, offset);
}

/** Far RET, releasing `release` bytes of arguments. */
export function retFar(cpu: Cpu, release: number, wide: number): void {
  returnFar(cpu, wide !== 0, 0, release);
  updateMode(cpu);
}

/** Switches tasks if the selector names a TSS or a task gate. */
function enterTask(cpu: Cpu, selector: number, kind: SwitchKind, next: number): boolean {
  if (isNullSelector(selector)) cpu.fault(GP, 0);
  require(cpu, selector, GP);
  const type = systemType(found.attr);
  if (type !== TYPE_TSS_AVAILABLE && type !== TYPE_TASK_GATE) return false;
  const error = selector & 0xfffc;
  const dpl = dplOf(found.attr);
  if (dpl < cplOf(cpu) || dpl < (selector & 3)) cpu.fault(GP, error);
  if ((found.attr & ATTR_PRESENT) === 0) cpu.fault(NP, error);
  transferToTask(cpu, type === TYPE_TASK_GATE ? found.low >>> 16 : selector, kind, next);
  return true;
}

/** Looks up and checks the code segment of a transfer without change of privilege. Call gates are refused with #GP, as if there were none. */
function findTarget(cpu: Cpu, selector: number, offset: number): void {
  const error = selector & 0xfffc;
  const attr = found.attr;
  const cpl = cplOf(cpu);
  if (!isCode(attr)) cpu.fault(GP, error);
  const dpl = dplOf(attr);
  if (isConforming(attr) ? dpl > cpl : dpl !== cpl || (selector & 3) > cpl) cpu.fault(GP, error);
  if ((attr & ATTR_PRESENT) === 0) cpu.fault(NP, error);
  if (offset >>> 0 > found.limit >>> 0) cpu.fault(GP, 0);
}

function commit(cpu: Cpu, selector: number, offset: number): void {
  setCodeFromFound(cpu, selector, cplOf(cpu));
  cpu.pc = (cpu.get(BASE[SEG_CS]!) + offset) | 0;
  updateMode(cpu);
}
