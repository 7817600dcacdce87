/** Clocks: time, gettimeofday, clock_gettime, clock_getres, and the calls that set them. */

import { StructReader, StructWriter } from '../../abi/struct.ts';
import { EFAULT, EINVAL, EPERM } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut, readWord, writeWord } from '../../mm/user-access.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import { CAP, capable } from '../../task/capabilities.ts';
import type { Task } from '../../types.ts';
import { monotonicNs, realtimeNs } from '../clock.ts';
import { CLOCK_COARSE, CLOCK_REALTIME, type ClockId, clockOf, isCpuClock } from '../clock-ids.ts';
import { ownedClock, readCpuClock } from '../cpu-clock.ts';
import { clearNtp } from '../ntp-state.ts';
import { setRealtime } from '../set-clock.ts';
import { updateClockMirror } from '../tick.ts';
import { readTimespec, readTimeval, writeTimespec, writeTimeval } from '../timespec.ts';
import { updateVdsoData } from '../vdso-data.ts';

const SECOND = 1_000_000_000n;

/** Nanoseconds on a clock, for a task; undefined: no such clock, or its process is gone. */
export function readClock(kernel: Kernel, task: Task, id: ClockId): bigint | undefined {
  switch (id.kind) {
    case 'realtime':
      return realtimeNs(kernel);
    case 'monotonic':
      return monotonicNs(kernel);
    default: {
      const own = ownedClock(kernel, task, id);
      return own === undefined ? undefined : readCpuClock(kernel, own);
    }
  }
}

function clockGettime(wide: boolean) {
  return (kernel: Kernel, task: Task, which?: number, address?: number): number => {
    const id = clockOf(which!);
    const ns = id === undefined ? undefined : readClock(kernel, task, id);
    return ns === undefined ? -EINVAL : writeTimespec(kernel, task, address!, ns, wide);
  };
}

function clockGetres(wide: boolean) {
  return (kernel: Kernel, task: Task, which?: number, address?: number): number => {
    const id = clockOf(which!);
    if (id === undefined || (isCpuClock(id) && ownedClock(kernel, task, id) === undefined)) return -EINVAL;
    const resolution = CLOCK_COARSE.has(which!) ? kernel.state.time.tickNs : 1n;
    return address === 0 ? 0 : writeTimespec(kernel, task, address!, resolution, wide);
  };
}

function gettimeofday(kernel: Kernel, task: Task, time: number, zone: number): number {
  if (time !== 0 && writeTimeval(kernel, task, time, realtimeNs(kernel)) !== 0) return -EFAULT;
  const { minutesWest, dst } = kernel.state.time.zone;
  const zoneBytes = new StructWriter(kernel, 8).u32(minutesWest).u32(dst).bytes;
  if (zone !== 0 && !copyOut(kernel, task, zone, zoneBytes)) return -EFAULT;
  return 0;
}

function time(kernel: Kernel, task: Task, address: number): number {
  const seconds = Number(BigInt.asIntN(32, realtimeNs(kernel) / SECOND));
  if (address !== 0 && !writeWord(kernel, task, address, seconds)) return -EFAULT;
  return seconds;
}

/** Latest time that can be set: 30 years before the end of 64 bits of nanoseconds. Linux: TIME_SETTOD_SEC_MAX */
const LATEST = ((1n << 63n) / SECOND - 30n * 365n * 24n * 3600n) * SECOND;
const MAX_ZONE_MINUTES = 15 * 60;

/** Sets the real-time clock: 0 or -errno. Linux 6.1 kernel/time/timekeeping.c: do_settimeofday64 */
function setClock(kernel: Kernel, task: Task, ns: bigint): number {
  if (ns >= LATEST) return -EINVAL;
  if (!capable(task.cred, CAP.sysTime)) return -EPERM;
  const now = monotonicNs(kernel);
  if (ns < now) return -EINVAL;
  setRealtime(kernel, ns);
  clearNtp(kernel.state.time.ntp);
  updateClockMirror(kernel, now);
  return 0;
}

function stime(kernel: Kernel, task: Task, address: number): number {
  const seconds = readWord(kernel, task, address);
  return seconds === undefined ? -EFAULT : seconds < 0 ? -EINVAL : setClock(kernel, task, BigInt(seconds) * SECOND);
}

/** Linux 6.1 kernel/time/time.c: do_sys_settimeofday64 */
function settimeofday(kernel: Kernel, task: Task, timeAt: number, zoneAt: number): number {
  const ns = timeAt === 0 ? undefined : readTimeval(kernel, task, timeAt);
  if (typeof ns === 'number') return ns;
  const zone = zoneAt === 0 ? undefined : copyIn(kernel, task, zoneAt, 8);
  if (zoneAt !== 0 && zone === undefined) return -EFAULT;
  if (!capable(task.cred, CAP.sysTime)) return -EPERM;
  if (zone !== undefined) {
    const reader = new StructReader(kernel, zone);
    const minutesWest = reader.i32(0);
    if (Math.abs(minutesWest) > MAX_ZONE_MINUTES) return -EINVAL;
    kernel.state.time.zone = { minutesWest, dst: reader.i32(4) };
    updateVdsoData(kernel, monotonicNs(kernel));
  }
  return ns === undefined ? 0 : setClock(kernel, task, ns);
}

/** Only CLOCK_REALTIME can be set; for a CPU clock that is there the refusal is another. */
function clockSettime(wide: boolean) {
  return (kernel: Kernel, task: Task, which?: number, address?: number): number => {
    const id = clockOf(which!);
    if (which !== CLOCK_REALTIME) {
      const cpu = which! < 0 && id !== undefined && isCpuClock(id) ? ownedClock(kernel, task, id) : undefined;
      return cpu === undefined ? -EINVAL : -EPERM;
    }
    const ns = readTimespec(kernel, task, address!, wide);
    return typeof ns === 'number' ? ns : setClock(kernel, task, ns);
  };
}

export const CLOCK_SYSCALLS: readonly SyscallDef[] = [
  full('time', ['ptr'], time),
  full('gettimeofday', ['ptr', 'ptr'], gettimeofday),
  full('clock_gettime', ['int', 'ptr'], clockGettime(false)),
  full('clock_gettime64', ['int', 'ptr'], clockGettime(true)),
  full('clock_getres', ['int', 'ptr'], clockGetres(false)),
  full('clock_getres_time64', ['int', 'ptr'], clockGetres(true)),
  full('stime', ['ptr'], stime),
  full('settimeofday', ['ptr', 'ptr'], settimeofday),
  full('clock_settime', ['int', 'ptr'], clockSettime(false)),
  full('clock_settime64', ['int', 'ptr'], clockSettime(true)),
];
