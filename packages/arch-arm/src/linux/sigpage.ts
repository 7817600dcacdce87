/** The signal page: where handlers return to that have no SA_RESTORER. Linux 6.1 arch/arm/kernel/sigreturn_codes.S */
import { assemble } from './asm/assembler.ts';

/** Each carries its number twice, in r7 and in the instruction, so that it serves both ABIs; debuggers know the bytes. */
const ARM_RETURN = (number: number): string => `  mov r7, #${number}\n  svc #${0x90_0000 + number}\n`;
/** movs r7, #number; svc #0 */
const THUMB_RETURN = (number: number): string => `  .long ${0xdf00_2700 + number}\n`;
const [NR_SIGRETURN, NR_RT_SIGRETURN] = [119, 173];
const PAGE = 4096;

const code = assemble(
  [NR_SIGRETURN, NR_RT_SIGRETURN].map((n) => ARM_RETURN(n!) + THUMB_RETURN(n!)).join(''),
  0,
  new Map(),
);

/** The page. */
export const SIGPAGE_IMAGE = new Uint8Array(PAGE);
SIGPAGE_IMAGE.set(code.bytes);

/** Words of one return sequence in the table: A32 two, T32 one; the rt pair behind the old one. */
export function returnIndex(thumb: boolean, rt: boolean): number {
  return (thumb ? 2 : 0) + (rt ? 3 : 0);
}

/** The two words of a return sequence as a signal frame holds them. */
export function returnWords(thumb: boolean, rt: boolean): readonly [number, number] {
  const view = new DataView(SIGPAGE_IMAGE.buffer);
  const at = 4 * returnIndex(thumb, rt);
  return [view.getUint32(at, true), view.getUint32(at + 4, true)];
}
