import type { Kernel, Mm, Task } from '@kml/kernel';
import { entryLabel } from './entry/kernel-text.ts';

const AT_HWCAP = 16;
const AT_SYSINFO = 32;
const AT_SYSINFO_EHDR = 33;
const AT_MINSIGSTKSZ = 51;
/** Nothing beyond MIPS32 Release 2. Linux 6.1 arch/mips/include/uapi/asm/hwcap.h */
const HWCAP = 0;
/** Bytes of the larger signal frame, with what is left free above it. */
const SIGNAL_FRAME_BYTES = 1024;

/** LinuxAbi.auxv. AT_SYSINFO is the direct call of a kernel-mode process; in user mode there is no such entry. */
export function auxv(_kernel: Kernel, task: Task, mm: Mm): [type: number, value: number][] {
  const direct: [number, number][] = task.kernelMode ? [[AT_SYSINFO, entryLabel('kml_call')]] : [];
  const vdso: [number, number][] = mm.vdso === 0 ? [] : [[AT_SYSINFO_EHDR, mm.vdso]];
  return [...direct, ...vdso, [AT_HWCAP, HWCAP], [AT_MINSIGSTKSZ, SIGNAL_FRAME_BYTES]];
}
