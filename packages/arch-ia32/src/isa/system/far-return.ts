/** The common part of far RET and IRET. SDM vol. 2, RET and IRET. */
import type { Cpu } from '@kml/core';
import { GP, NP } from '../vectors.ts';
import { ATTR_PRESENT, dplOf, found, isCode, isConforming, isNullSelector, require } from './descriptor.ts';
import { BASE, cplOf, ESP, SEG_CS, SEG_SS, SELECTOR } from './registers.ts';
import { checkStackSegment, dropInnerSegments, setCodeFromFound, setFromFound } from './segments.ts';
import { peekStack, setStackPointer } from './stack.ts';

/**
 * Pops EIP, CS, `skip` further words (IRET: the flags), `release` bytes of arguments, and for an
 * outer level ESP and SS. Nothing is changed if it faults. The caller recomputes the mode word.
 */
export function returnFar(cpu: Cpu, wide: boolean, skip: number, release: number): void {
  const size = wide ? 4 : 2;
  const eip = peekStack(cpu, 0, wide);
  const selector = peekStack(cpu, 1, wide) & 0xffff;
  const cpl = cplOf(cpu);
  const rpl = selector & 3;
  const words = 2 + skip + release / size;
  if (rpl === cpl) {
    findReturnCode(cpu, selector, eip);
    setCodeFromFound(cpu, selector, cpl);
    setStackPointer(cpu, cpu.get(ESP) + words * size);
    cpu.pc = (cpu.get(BASE[SEG_CS]!) + eip) | 0;
    return;
  }
  const esp = peekStack(cpu, words, wide);
  const stack = peekStack(cpu, words + 1, wide) & 0xffff;
  // Checked before anything is committed; looked up again, since one descriptor is kept at a time.
  findReturnCode(cpu, selector, eip);
  checkStackSegment(cpu, stack, rpl);
  setFromFound(cpu, SEG_SS, stack);
  cpu.set(ESP, wide ? esp : (cpu.get(ESP) & ~0xffff) | esp);
  setStackPointer(cpu, cpu.get(ESP) + release);
  findReturnCode(cpu, selector, eip);
  setCodeFromFound(cpu, selector, rpl);
  dropInnerSegments(cpu, rpl);
  cpu.pc = (cpu.get(BASE[SEG_CS]!) + eip) | 0;
}

/** Looks up and checks the code segment to return to. */
function findReturnCode(cpu: Cpu, selector: number, eip: number): void {
  const error = selector & 0xfffc;
  const rpl = selector & 3;
  if (isNullSelector(selector)) cpu.fault(GP, 0);
  require(cpu, selector, GP);
  const attr = found.attr;
  if (!isCode(attr) || rpl < (cpu.get(SELECTOR[SEG_CS]!) & 3)) cpu.fault(GP, error);
  const dpl = dplOf(attr);
  if (isConforming(attr) ? dpl > rpl : dpl !== rpl) cpu.fault(GP, error);
  if ((attr & ATTR_PRESENT) === 0) cpu.fault(NP, error);
  if (eip >>> 0 > found.limit >>> 0) cpu.fault(GP, 0);
}
