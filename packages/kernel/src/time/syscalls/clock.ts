/** Clocks: time, gettimeofday, clock_gettime, clock_getres, and the calls that would set them. */

import { StructWriter } from '../../abi/struct.ts';
import { EFAULT, EINVAL, EPERM } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyOut, writeWord } from '../../mm/user-access.ts';
import { chargeTask } from '../../sched/run-queue.ts';
import { full, partial, type SyscallDef, stub } from '../../syscalls/define.ts';
import { groupTimes } from '../../task/times.ts';
import type { Task } from '../../types.ts';
import { cyclesToNs, monotonicNs, realtimeNs } from '../clock.ts';
import { CLOCK_COARSE, type ClockId, clockOf } from '../clock-ids.ts';
import { writeTimespec, writeTimeval } from '../timespec.ts';

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
  if (zone !== 0 && !copyOut(kernel, task, zone, new StructWriter(kernel, 8).bytes)) return -EFAULT;
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

const NOT_SET = "the clock is the host's, or virtual: nobody sets it";
const ADJUST_NOTE = 'reports an undisciplined clock, changes nothing';

export const CLOCK_SYSCALLS: readonly SyscallDef[] = [
  full('time', ['ptr'], time),
  full('gettimeofday', ['ptr', 'ptr'], gettimeofday),
  full('clock_gettime', ['int', 'ptr'], clockGettime(false)),
  full('clock_gettime64', ['int', 'ptr'], clockGettime(true)),
  full('clock_getres', ['int', 'ptr'], clockGetres(false)),
  full('clock_getres_time64', ['int', 'ptr'], clockGetres(true)),
  stub('stime', ['ptr'], -EPERM, NOT_SET),
  stub('settimeofday', ['ptr', 'ptr'], -EPERM, NOT_SET),
  stub('clock_settime', ['int', 'ptr'], -EPERM, NOT_SET),
  stub('clock_settime64', ['int', 'ptr'], -EPERM, NOT_SET),
  partial('adjtimex', ['ptr'], ADJUST_NOTE, (kernel, task, at) => adjtimex(kernel, task, at!, 128)),
  partial('clock_adjtime', ['int', 'ptr'], ADJUST_NOTE, (kernel, task, _clock, at) => adjtimex(kernel, task, at!, 128)),
  partial('clock_adjtime64', ['int', 'ptr'], ADJUST_NOTE, (kernel, task, _clock, at) =>
    adjtimex(kernel, task, at!, 208),
  ),
];
