/** Places of segment registers among the 32-bit words of memory, for what is done with every system call. */
import { type Cpu, wordOf } from '@kml/core';
import { ATTR, BASE, LIMIT, SEG_CS, SEG_DS, SEG_ES, SEG_FS, SEG_GS, SEG_SS, SELECTOR } from './registers.ts';

/** Of a segment register: selector, and what its descriptor cache holds. */
export interface SegmentWords {
  readonly selector: number;
  readonly base: number;
  readonly limit: number;
  readonly attr: number;
}

function wordsOf(segment: number): SegmentWords {
  return {
    selector: wordOf(SELECTOR[segment]!),
    base: wordOf(BASE[segment]!),
    limit: wordOf(LIMIT[segment]!),
    attr: wordOf(ATTR[segment]!),
  };
}

export const CS = wordsOf(SEG_CS);
export const SS = wordsOf(SEG_SS);
export const DS = wordsOf(SEG_DS);
export const ES = wordsOf(SEG_ES);
export const FS = wordsOf(SEG_FS);
export const GS = wordsOf(SEG_GS);

/** Loads a segment register with base 0 and a limit of 4 GiB. */
export function setFlatSegment(cpu: Cpu, segment: SegmentWords, selector: number, attr: number): void {
  const { i32 } = cpu;
  i32[segment.selector] = selector & 0xffff;
  i32[segment.base] = 0;
  i32[segment.limit] = -1;
  i32[segment.attr] = attr;
}
