/**
 * The vDSO: the code that signal handlers return to, byte for byte what unwinders look for. It has no
 * ELF header, and the auxiliary vector does not name it. Linux 6.1 arch/mips/vdso/sigreturn.S
 */
import { assemble, wordBytes } from './asm/assembler.ts';

const CODE = `
__vdso_rt_sigreturn:
  addiu v0, zero, 4193
  syscall
__vdso_sigreturn:
  addiu v0, zero, 4119
  syscall
`;

const assembled = assemble(CODE, 0, new Map());
const PAGE = 4096;

/** One page. */
export function vdsoImage(byteOrder: 'big' | 'little'): Uint8Array {
  const image = new Uint8Array(PAGE);
  image.set(wordBytes(assembled.words, byteOrder));
  return image;
}

/** Offset of a function from the start of the image. Throws RangeError if there is none. */
export function vdsoOffset(name: string): number {
  const offset = assembled.labels.get(name);
  if (offset === undefined) throw new RangeError(`the vDSO has no '${name}'`);
  return offset;
}
