/** The vDSO: what signal handlers return to, word for word what unwinders look for. Linux 6.1 arch/mips/vdso/sigreturn.S */
import { buildVdso, VDSO_TEXT, type VdsoHeader, type VdsoSymbol } from '@kml/kernel';
import { assemble, wordBytes } from './asm/assembler.ts';
import { TIME_FUNCTIONS, timeCode } from './vdso-time.ts';

const EM_MIPS = 8;
/** MIPS32 Release 2, o32, position-independent code that calls such code. */
const FLAGS = 0x7000_1006;
const VERSION = 'LINUX_2.6';

const CODE = `
__vdso_rt_sigreturn:
  addiu v0, zero, 4193
  syscall
__vdso_sigreturn:
  addiu v0, zero, 4119
  syscall
`;
const TRAMPOLINES = ['__vdso_rt_sigreturn', '__vdso_sigreturn'];

function assembled(byteOrder: 'big' | 'little') {
  return assemble(`${CODE}${timeCode(byteOrder)}end:\n`, 0, new Map());
}

/** Offsets do not depend on the byte order. */
const { labels } = assembled('little');

const SYMBOLS = [...TRAMPOLINES, ...TIME_FUNCTIONS].map((name): VdsoSymbol => {
  const offset = labels.get(name)!;
  const ends = [...TRAMPOLINES, ...TIME_FUNCTIONS, 'vdso_read', 'end'].map((label) => labels.get(label)!);
  return { name, version: VERSION, offset, size: Math.min(...ends.filter((end) => end > offset)) - offset };
});

/** The ELF image, one page. */
export function vdsoImage(byteOrder: 'big' | 'little'): Uint8Array {
  const header: VdsoHeader = { byteOrder, machine: EM_MIPS, flags: FLAGS, soname: 'linux-vdso.so.1' };
  return buildVdso(header, wordBytes(assembled(byteOrder).words, byteOrder), SYMBOLS);
}

/** Offset of a function from the start of the image. Throws RangeError if there is none. */
export function vdsoOffset(name: string): number {
  const offset = labels.get(name);
  if (offset === undefined) throw new RangeError(`the vDSO has no '${name}'`);
  return VDSO_TEXT + offset;
}
