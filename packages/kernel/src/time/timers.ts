import type { Kernel } from '../kernel.ts';
import { monotonicNs } from './clock.ts';
import type { TimerEntry } from './time-state.ts';

/** What happens when a timer of a kind expires. The entry is off the list already. */
export type TimerHandler = (kernel: Kernel, timer: TimerEntry) => void;

const handlers = new Map<string, TimerHandler>();

/** Names the behaviour of a kind of timer; each subsystem does so once, when its module loads. */
export function registerTimerKind(kind: string, handler: TimerHandler): void {
  handlers.set(kind, handler);
}

/** Sets a timer; an entry of the same kind, id and sub is replaced. `deadline` in monotonic nanoseconds. */
export function setTimer(kernel: Kernel, kind: string, id: number, deadline: bigint, sub = 0): void {
  cancelTimer(kernel, kind, id, sub);
  const { timers } = kernel.state.time;
  let at = timers.length;
  while (at > 0 && timers[at - 1]!.deadline > deadline) at--;
  timers.splice(at, 0, { kind, id, sub, deadline });
  if (at === 0) lookNow(kernel);
}

export function cancelTimer(kernel: Kernel, kind: string, id: number, sub = 0): void {
  const { timers } = kernel.state.time;
  const at = timers.findIndex((timer) => timer.id === id && timer.kind === kind && timer.sub === sub);
  if (at >= 0) timers.splice(at, 1);
}

/** The earliest deadline of all timers. */
export function nextDeadline(kernel: Kernel): bigint | undefined {
  return kernel.state.time.timers[0]?.deadline;
}

/** Runs every timer whose time has come, earliest first. */
export function expireTimers(kernel: Kernel): void {
  const { timers } = kernel.state.time;
  if (timers.length === 0) return;
  const now = monotonicNs(kernel);
  // A handler may set its timer again: only what is due by `now` runs, so this ends.
  for (let timer = timers[0]; timer !== undefined && timer.deadline <= now; timer = timers[0]) {
    timers.shift();
    handlers.get(timer.kind)?.(kernel, timer);
  }
}

/** The next event may come sooner than the machine thinks: it looks at the clock again after this instruction. */
function lookNow(kernel: Kernel): void {
  if (kernel.state.time.nextLook === 0) return;
  kernel.state.time.nextLook = 0;
  kernel.engine.stop();
}
