/** Clocks: time, gettimeofday, clock_gettime, clock_getres, and the calls that set them. */

import { StructReader, StructWriter } from '../../abi/struct.ts';
import { EFAULT, EINVAL, EPERM } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut, readWord, writeWord } from '../../mm/user-access.ts';
import { chargeTask } from '../../sched/run-queue.ts';
import { full, partial, type SyscallDef } from '../../syscalls/define.ts';
import { CAP, capable } from '../../task/capabilities.ts';
import { groupTimes } from '../../task/times.ts';
import type { Task } from '../../types.ts';
import { cyclesToNs, monotonicNs, realtimeNs } from '../clock.ts';
import { CLOCK_COARSE, CLOCK_REALTIME, type ClockId, clockOf } from '../clock-ids.ts';
import { setRealtime } from '../set-clock.ts';
import { updateClockMirror } from '../tick.ts';
import { readTimespec, readTimeval, writeTimespec, writeTimeval } from '../timespec.ts';

const SECOND = 1_000_000_000n;

/** Nanoseconds on a clock, for a task; undefined: no such clock, or its process is gone. */
export function readClock(kernel: Kernel, task: Task, id: ClockId): bigint | undefined {
  switch (id.kind) {
    case 'realtime':
      return realtimeNs(kernel);
    case 'monotonic':
      return monotonicNs(kernel);
    case 'thread': {
      const target = id.pid === 0 ? task : kernel.state.tasks.get(id.pid);
      if (target === undefined) return undefined;
      if (target === kernel.state.current) chargeTask(kernel, target, 'user');
      return BigInt(cyclesToNs(target.userCycles + target.systemCycles, kernel.options.clockHz));
    }
    case 'process': {
      const group = id.pid === 0 ? task.group : kernel.state.groups.get(id.pid);
      if (group === undefined) return undefined;
      const times = groupTimes(kernel, group);
      return BigInt(cyclesToNs(times.userCycles + times.systemCycles, kernel.options.clockHz));
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
    if (clockOf(which!) === undefined) return -EINVAL;
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

/** Reading the state of the clock discipline: an undisciplined clock. struct timex is 128 bytes, 208 in the 64-bit form. */
function adjtimex(kernel: Kernel, task: Task, address: number, bytes: number): number {
  const writer = new StructWriter(kernel, bytes);
  // STA_UNSYNC in `status`, behind four words (eight in the wide form).
  writer.at(bytes === 128 ? 20 : 40).u32(0x40);
  const TIME_ERROR = 5;
  return copyOut(kernel, task, address, writer.bytes) ? TIME_ERROR : -EFAULT;
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
  }
  return ns === undefined ? 0 : setClock(kernel, task, ns);
}

/** Only CLOCK_REALTIME can be set. */
function clockSettime(wide: boolean) {
  return (kernel: Kernel, task: Task, which?: number, address?: number): number => {
    const id = clockOf(which!);
    if (which !== CLOCK_REALTIME) return id?.kind === 'process' || id?.kind === 'thread' ? -EPERM : -EINVAL;
    const ns = readTimespec(kernel, task, address!, wide);
    return typeof ns === 'number' ? ns : setClock(kernel, task, ns);
  };
}

const SET_NOTE =
  'waits that are under way, and timerfds that are armed, for a time of this clock end when they would have';
const ADJUST_NOTE = 'reports an undisciplined clock, changes nothing';

export const CLOCK_SYSCALLS: readonly SyscallDef[] = [
  full('time', ['ptr'], time),
  full('gettimeofday', ['ptr', 'ptr'], gettimeofday),
  full('clock_gettime', ['int', 'ptr'], clockGettime(false)),
  full('clock_gettime64', ['int', 'ptr'], clockGettime(true)),
  full('clock_getres', ['int', 'ptr'], clockGetres(false)),
  full('clock_getres_time64', ['int', 'ptr'], clockGetres(true)),
  partial('stime', ['ptr'], SET_NOTE, stime),
  partial('settimeofday', ['ptr', 'ptr'], SET_NOTE, settimeofday),
  partial('clock_settime', ['int', 'ptr'], SET_NOTE, clockSettime(false)),
  partial('clock_settime64', ['int', 'ptr'], SET_NOTE, clockSettime(true)),
  partial('adjtimex', ['ptr'], ADJUST_NOTE, (kernel, task, at) => adjtimex(kernel, task, at!, 128)),
  partial('clock_adjtime', ['int', 'ptr'], ADJUST_NOTE, (kernel, task, _clock, at) => adjtimex(kernel, task, at!, 128)),
  partial('clock_adjtime64', ['int', 'ptr'], ADJUST_NOTE, (kernel, task, _clock, at) =>
    adjtimex(kernel, task, at!, 208),
  ),
];
