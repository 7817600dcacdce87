import type { Kernel, Mm, Task } from '@kml/kernel';

const AT_HWCAP = 16;
const AT_MINSIGSTKSZ = 51;
/** Nothing beyond MIPS32 Release 2. Linux 6.1 arch/mips/include/uapi/asm/hwcap.h */
const HWCAP = 0;
/** Bytes of the larger signal frame, with what is left free above it. */
const SIGNAL_FRAME_BYTES = 1024;

/** LinuxAbi.auxv. */
export function auxv(_kernel: Kernel, _task: Task, _mm: Mm): [type: number, value: number][] {
  return [
    [AT_HWCAP, HWCAP],
    [AT_MINSIGSTKSZ, SIGNAL_FRAME_BYTES],
  ];
}
