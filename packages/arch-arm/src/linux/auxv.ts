import type { Kernel, Mm, Task } from '@kml/kernel';
import { HWCAP } from './hwcap.ts';
import { KML_CALL } from './layout.ts';
import { SIGNAL_FRAME_BYTES } from './signal-frame.ts';

const AT_HWCAP = 16;
const AT_HWCAP2 = 26;
const AT_SYSINFO = 32;
const AT_MINSIGSTKSZ = 51;

/** LinuxAbi.auxv. There is no vDSO: what a program may call lies in the vectors page; AT_SYSINFO tells a kernel-mode process of the direct call. */
export function auxv(_kernel: Kernel, task: Task, _mm: Mm): [type: number, value: number][] {
  return [
    ...(task.kernelMode ? [[AT_SYSINFO, KML_CALL] as [number, number]] : []),
    [AT_HWCAP, HWCAP],
    [AT_HWCAP2, 0],
    [AT_MINSIGSTKSZ, SIGNAL_FRAME_BYTES],
  ];
}
