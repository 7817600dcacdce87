import type { Kernel } from '../kernel.ts';
import { SIGALRM } from '../signal/numbers.ts';
import type { SigInfo, ThreadGroup } from '../types.ts';
import { alarmTaken } from './itimers.ts';
import { posixSignalTaken } from './posix-timers.ts';

/** A signal was taken off the queue: a periodic timer that has sent it is set again. */
export function timerSignalTaken(kernel: Kernel, group: ThreadGroup, info: SigInfo): void {
  if (info.signo === SIGALRM) alarmTaken(kernel, group);
  if (info.timerId !== undefined) posixSignalTaken(kernel, group, info);
}
