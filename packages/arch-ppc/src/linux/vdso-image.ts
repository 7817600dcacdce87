/** The vDSO's code and image. Linux 6.1 arch/powerpc/kernel/vdso/ */
import { buildVdso, VDSO_TEXT, type VdsoHeader, type VdsoSymbol } from '@kml/kernel';
import { assemble } from './asm/assembler.ts';
import { timebaseHz } from './cpuinfo.ts';
import { entryLabel } from './entry/kernel-text.ts';

const EM_PPC = 20;
const HEADER: VdsoHeader = { byteOrder: 'big', machine: EM_PPC, flags: 0, soname: 'linux-vdso32.so.1' };
const VERSION = 'LINUX_2.6.15';
const NR_SIGRETURN = 119;
const NR_RT_SIGRETURN = 172;

/**
 * The sequences of the trampolines are what unwinders look for, word for word. Instruction and data
 * caches are one here, so synchronising them is a matter of form. The kernel-mode stub goes to the
 * direct call in kernel text: elsewhere fetching it is a segmentation fault.
 */
const CODE = `
__kernel_sigtramp32:
  li r0, NR_SIGRETURN
  sc
__kernel_sigtramp_rt32:
  li r0, NR_RT_SIGRETURN
  sc
__kernel_get_tbfreq:
  lis r4, TIMEBASE_HZ@h
  ori r4, r4, TIMEBASE_LOW
  li r3, 0
  crclr 3
  blr
__kernel_sync_dicache:
  sync
  isync
  crclr 3
  li r3, 0
  blr
__kernel_vsyscall_kml:
  lis r12, KML_CALL@h
  ori r12, r12, KML_CALL_LOW
  mtctr r12
  bctr
end:
`;

const EXPORTED = [
  '__kernel_sigtramp32',
  '__kernel_sigtramp_rt32',
  '__kernel_get_tbfreq',
  '__kernel_sync_dicache',
  '__kernel_vsyscall_kml',
];

function assembled(timebase: number): ReturnType<typeof assemble> {
  const call = entryLabel('kml_call');
  const constants = new Map([
    ['NR_SIGRETURN', NR_SIGRETURN],
    ['NR_RT_SIGRETURN', NR_RT_SIGRETURN],
    ['TIMEBASE_HZ', timebase],
    ['TIMEBASE_LOW', timebase & 0xffff],
    ['KML_CALL', call],
    ['KML_CALL_LOW', call & 0xffff],
  ]);
  return assemble(CODE, 0, constants);
}

/** The ELF image, one page, for a CPU of this clock rate. */
export function vdsoImage(clockHz: number): Uint8Array {
  const { bytes, labels } = assembled(timebaseHz(clockHz));
  const symbols = EXPORTED.map((name): VdsoSymbol => {
    const offset = labels.get(name)!;
    const end = Math.min(...[...labels.values()].filter((address) => address > offset));
    return { name, version: VERSION, offset, size: end - offset };
  });
  return buildVdso(HEADER, bytes, symbols);
}

/** Offsets do not depend on the clock rate. */
const LABELS = assembled(0).labels;

/** Offset of a function from the start of the image. Throws RangeError if there is none. */
export function vdsoOffset(name: string): number {
  const offset = LABELS.get(name);
  if (offset === undefined) throw new RangeError(`the vDSO has no '${name}'`);
  return VDSO_TEXT + offset;
}
