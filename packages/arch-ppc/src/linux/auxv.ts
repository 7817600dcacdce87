import type { Kernel, Mm, Task } from '@kml/kernel';
import { entryLabel } from './entry/kernel-text.ts';

const AT_HWCAP = 16;
const AT_DCACHEBSIZE = 19;
const AT_ICACHEBSIZE = 20;
const AT_UCACHEBSIZE = 21;
const AT_IGNOREPPC = 22;
const AT_HWCAP2 = 26;
const AT_SYSINFO = 32;
const AT_SYSINFO_EHDR = 33;
const AT_MINSIGSTKSZ = 51;

/** Linux 6.1 arch/powerpc/include/uapi/asm/cputable.h */
const PPC_FEATURE_32 = 0x8000_0000;
const PPC_FEATURE_HAS_FPU = 0x0800_0000;
const PPC_FEATURE_HAS_MMU = 0x0400_0000;
const PPC_FEATURE_PPC_LE = 0x0000_0001;

/** Bytes of a cache line of the 750. */
const CACHE_LINE = 32;
const MINSIGSTKSZ = 2048;

/**
 * LinuxAbi.auxv. Two entries to be ignored come first: old C libraries took what lies at a multiple of
 * 16 bytes for the start. AT_SYSINFO, which no C library of this ABI looks at, tells a kernel-mode
 * process where the direct call is. Linux 6.1 arch/powerpc/include/asm/elf.h: ARCH_DLINFO
 */
export function auxv(_kernel: Kernel, task: Task, mm: Mm): [type: number, value: number][] {
  const features = PPC_FEATURE_32 | PPC_FEATURE_HAS_FPU | PPC_FEATURE_HAS_MMU | PPC_FEATURE_PPC_LE;
  const entries: [number, number][] = [
    [AT_IGNOREPPC, AT_IGNOREPPC],
    [AT_IGNOREPPC, AT_IGNOREPPC],
    [AT_DCACHEBSIZE, CACHE_LINE],
    [AT_ICACHEBSIZE, CACHE_LINE],
    [AT_UCACHEBSIZE, 0],
  ];
  if (mm.vdso !== 0) entries.push([AT_SYSINFO_EHDR, mm.vdso]);
  if (task.kernelMode) entries.push([AT_SYSINFO, entryLabel('kml_call')]);
  return [...entries, [AT_HWCAP, features >>> 0], [AT_HWCAP2, 0], [AT_MINSIGSTKSZ, MINSIGSTKSZ]];
}
