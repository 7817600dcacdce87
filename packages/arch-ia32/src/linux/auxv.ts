import type { Kernel, Mm, Task } from '@kml/kernel';
import { CPUID_FEATURES } from '../isa/cpuid.ts';
import { vdsoOffset } from './vdso-image.ts';

const AT_HWCAP = 16;
const AT_HWCAP2 = 26;
const AT_SYSINFO = 32;
const AT_SYSINFO_EHDR = 33;
const AT_MINSIGSTKSZ = 51;

/** Bytes of the largest signal frame: rt_sigframe, FNSAVE and FXSAVE images, alignment. */
const SIGNAL_FRAME_BYTES = 1024;

/** LinuxAbi.auxv. AT_SYSINFO is where libc calls the kernel: a kernel-mode process is sent to the direct call. KML arch/x86/include/asm/elf.h */
export function auxv(_kernel: Kernel, task: Task, mm: Mm): [type: number, value: number][] {
  const entries: [number, number][] = [
    [AT_HWCAP, CPUID_FEATURES],
    [AT_HWCAP2, 0],
    [AT_MINSIGSTKSZ, SIGNAL_FRAME_BYTES],
  ];
  if (mm.vdso === 0) return entries;
  const entry = task.kernelMode ? '__kernel_vsyscall_kml' : '__kernel_vsyscall';
  return [[AT_SYSINFO, mm.vdso + vdsoOffset(entry)], [AT_SYSINFO_EHDR, mm.vdso], ...entries];
}
