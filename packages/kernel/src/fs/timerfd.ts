import { StructWriter } from '../abi/struct.ts';
import { EAGAIN, ECANCELED, EINVAL } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { blockOn } from '../sched/wait.ts';
import { monotonicNs, realtimeNs } from '../time/clock.ts';
import { forward } from '../time/forward.ts';
import { cancelTimer, registerTimerKind, setTimer } from '../time/timers.ts';
import type { OpenFile } from '../types.ts';
import { newAnonymousFile } from './anonymous-file.ts';
import type { FileOps } from './file-ops.ts';
import { fsState } from './fs-state.ts';
import { type FileQueue, newQueue, notify } from './notify.ts';
import { O_NONBLOCK } from './open-flags.ts';
import { READABLE } from './poll-events.ts';

const CLOCK_REALTIME = 0;

/** OpenFile.data of a timerfd. */
export interface TimerFile {
  id: number;
  clock: number;
  /** Monotonic nanoseconds of the next expiry; undefined while disarmed. */
  expires: bigint | undefined;
  /** It has expired, and is set again when somebody reads it or asks for the time left. */
  expired: boolean;
  interval: bigint;
  ticks: bigint;
  /** It was given a time of its clock; it is cancelled when that clock is set; it was, and nobody has been told. */
  absolute: boolean;
  cancelOnSet: boolean;
  cancelled: boolean;
  queue: FileQueue;
}

/** timerfd_create(). Linux 6.1 fs/timerfd.c */
export function openTimerfd(kernel: Kernel, clock: number, flags: number): OpenFile {
  const state = fsState(kernel);
  const id = state.nextTimerFile++;
  const off = { expires: undefined, expired: false, interval: 0n, ticks: 0n, absolute: false };
  const timer: TimerFile = { ...off, cancelOnSet: false, cancelled: false, id, clock, queue: newQueue() };
  state.timerFiles.set(id, timer);
  return newAnonymousFile(kernel, 'timerfd', 'timerfd', flags, timer);
}

export function timerFileOf(file: OpenFile): TimerFile {
  return file.data as TimerFile;
}

/** Options of timerfd_settime. Linux 6.1 include/uapi/linux/timerfd.h */
const TFD_TIMER_ABSTIME = 1;
const TFD_TIMER_CANCEL_ON_SET = 2;

/**
 * Arms (value > 0) or disarms the timer; times in nanoseconds, `value` absolute in its clock or relative.
 * 0, or -ECANCELED where it was cancelled before and that was not told. Linux: timerfd_setup
 */
export function armTimerFile(kernel: Kernel, timer: TimerFile, value: bigint, interval: bigint, flags: number): number {
  const absolute = (flags & TFD_TIMER_ABSTIME) !== 0;
  const pending = timer.cancelled;
  cancelTimer(kernel, 'timerfd', timer.id);
  timer.absolute = absolute;
  timer.cancelOnSet = timer.clock === CLOCK_REALTIME && flags === (TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET);
  timer.cancelled = false;
  timer.ticks = 0n;
  timer.interval = interval;
  timer.expires = undefined;
  timer.expired = false;
  if (value === 0n) return 0;
  const now = monotonicNs(kernel);
  const offset = timer.clock === CLOCK_REALTIME ? realtimeNs(kernel) - now : 0n;
  timer.expires = absolute ? value - offset : now + value;
  setTimer(kernel, 'timerfd', timer.id, timer.expires);
  return pending && timer.cancelOnSet ? -ECANCELED : 0;
}

/** Time left and interval, in nanoseconds. */
export function timerFileStatus(kernel: Kernel, timer: TimerFile): { value: bigint; interval: bigint } {
  setAgain(kernel, timer);
  const left = timer.expires === undefined ? 0n : timer.expires - monotonicNs(kernel);
  return { value: timer.expires === undefined ? 0n : left > 0n ? left : 1n, interval: timer.interval };
}

/** Counts the periods that have passed since a periodic timer expired, and sets it for the next one. */
function setAgain(kernel: Kernel, timer: TimerFile): void {
  if (!timer.expired || timer.expires === undefined) return;
  const { expires, periods } = forward(timer.expires, timer.interval, monotonicNs(kernel));
  timer.expired = false;
  timer.expires = expires;
  timer.ticks += periods - 1n;
  setTimer(kernel, 'timerfd', timer.id, expires);
}

registerTimerKind('timerfd', (kernel, entry) => {
  const timer = fsState(kernel).timerFiles.get(entry.id);
  if (timer?.expires === undefined) return;
  timer.ticks++;
  if (timer.interval > 0n) timer.expired = true;
  else timer.expires = undefined;
  notify(kernel, timer.queue);
});

export const TIMERFD_OPS: FileOps = {
  seeksNowhere: true,

  read(kernel, task, file, into) {
    const timer = timerFileOf(file);
    if (into.length < 8) return -EINVAL;
    if (timer.ticks === 0n) return file.flags & O_NONBLOCK ? -EAGAIN : blockOn(kernel, task, [timer.queue]);
    if (timer.cancelled) {
      timer.cancelled = false;
      timer.ticks = 0n;
      return -ECANCELED;
    }
    setAgain(kernel, timer);
    into.set(new StructWriter(kernel, 8).u64(timer.ticks).bytes);
    timer.ticks = 0n;
    return 8;
  },

  poll: (_kernel, file) => (timerFileOf(file).ticks > 0n ? READABLE : 0),
  queues: (_kernel, file) => [timerFileOf(file).queue],

  release(kernel, file) {
    const timer = timerFileOf(file);
    cancelTimer(kernel, 'timerfd', timer.id);
    fsState(kernel).timerFiles.delete(timer.id);
  },
};
