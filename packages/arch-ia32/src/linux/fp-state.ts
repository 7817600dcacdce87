import type { Cpu } from '@kml/core';
import { FSAVE_WORDS, FXSAVE_WORDS, saveFsaveWords, saveFxsaveWords } from '../isa/fp/x87-words.ts';

/**
 * Floating point in an i386 signal frame, struct _fpstate_32: the FNSAVE image, the status word again,
 * a magic of 0 for "an FXSAVE image follows", and that. Linux 6.1 arch/x86/include/uapi/asm/sigcontext.h
 */
export const FXSAVE_BYTES = 512;
export const FSAVE_BYTES = 112;
export const FP_BYTES = FSAVE_BYTES + FXSAVE_BYTES;

/** Writes the CPU's floating-point state to FP_BYTES bytes, from a word on. */
export function saveFpState(cpu: Cpu, words: Int32Array, at: number): void {
  saveFsaveWords(cpu, words, at);
  words[at + FSAVE_WORDS] = words[at + 1]! & 0xffff;
  const fx = at + (FSAVE_BYTES >> 2);
  saveFxsaveWords(cpu, words, fx);
  words.fill(0, fx + FXSAVE_WORDS, fx + (FXSAVE_BYTES >> 2));
}
