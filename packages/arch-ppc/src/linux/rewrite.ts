/**
 * Rewriting of `sc`: a branch to the site's stub, which says in R11 where the program goes on and jumps
 * to the gate (entry/rewritten.ts). R11, R12 and CTR are among what a system call may use up.
 */
import { kernelRead32, type RewriteAbi, SIGNAL_TRAMPOLINE } from '@kml/kernel';
import { entryLabel } from './entry/kernel-text.ts';
import { PT, TRAP_SYSCALL } from './pt-regs.ts';

const SC = 0x4400_0002;
/** li r0 with the numbers of sigreturn and rt_sigreturn. */
const TRAMPOLINES: ReadonlySet<number> = new Set([0x3800_0077, 0x3800_00ac]);
/** How far `b` reaches. PEM, 8.2: bx */
const REACH = 0x200_0000;
const [R11, R12] = [11, 12] as const;

function words(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setUint32(4 * i, value >>> 0);
  return bytes;
}

/** lis and ori: a register := a constant. */
function load(register: number, value: number): number[] {
  const lis = 0x3c00_0000 | (register << 21) | (value >>> 16);
  return [lis, 0x6000_0000 | (register << 21) | (register << 16) | (value & 0xffff)];
}

const MTCTR_R12 = 0x7d89_03a6;
const BCTR = 0x4e80_0420;

/** LinuxAbi.rewrite */
export const rewrite: RewriteAbi = {
  stubBytes: 24,
  trapSite(kernel, frame) {
    if (kernelRead32(kernel, frame + PT.trap) !== TRAP_SYSCALL) return -1;
    return (kernelRead32(kernel, frame + PT.nip) >>> 0) - 4;
  },
  plan(_kernel, _mm, site, read) {
    const bytes = read(site - 4, 8);
    const original = bytes?.slice(4) ?? read(site, 4);
    if (original === undefined || new DataView(original.buffer).getUint32(0) !== SC) return 'no trap instruction';
    if (bytes !== undefined && TRAMPOLINES.has(new DataView(bytes.buffer).getUint32(0))) return SIGNAL_TRAMPOLINE;
    return {
      start: site,
      original,
      stub: { low: site - REACH, high: site + REACH - 4 },
      make: (stub) => ({
        patch: words(0x4800_0000 | ((stub - site) & 0x3ff_fffc)),
        stub: words(...load(R11, site + 4), ...load(R12, entryLabel('kml_rewritten')), MTCTR_R12, BCTR),
      }),
    };
  },
};
