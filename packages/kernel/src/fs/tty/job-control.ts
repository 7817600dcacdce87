import { EIO, ERESTARTSYS } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { SIG_IGN, SIGTTIN, SIGTTOU } from '../../signal/numbers.ts';
import { sendPgrpSignal, sigInfo } from '../../signal/send.ts';
import { hasSignal } from '../../signal/sig-set.ts';
import { isOrphanedPgrp } from '../../task/jobs.ts';
import type { Task } from '../../types.ts';
import type { Tty } from './tty-state.ts';

/** Whether the task's process is a background one on its controlling terminal. */
export function isBackground(task: Task, tty: Tty): boolean {
  const { group } = task;
  return group.tty === tty.device && tty.session === group.sid && tty.foreground !== 0 && group.pgid !== tty.foreground;
}

function cannotTake(task: Task, signo: number): boolean {
  return hasSignal(task.sigMask, signo) || task.group.actions[signo]?.handler === SIG_IGN;
}

/** A background process reads: SIGTTIN to its group. 0 where it may go on. Linux 6.1 drivers/tty/n_tty.c: job_control */
export function checkRead(kernel: Kernel, task: Task, tty: Tty): number {
  if (!isBackground(task, tty)) return 0;
  if (cannotTake(task, SIGTTIN) || isOrphanedPgrp(kernel, task.group.pgid)) return -EIO;
  sendPgrpSignal(kernel, task.group.pgid, sigInfo(SIGTTIN));
  return -ERESTARTSYS;
}

/** A background process writes or changes settings: SIGTTOU, unless it ignores it. Linux 6.1 drivers/tty/tty_jobctrl.c: __tty_check_change */
export function checkChange(kernel: Kernel, task: Task, tty: Tty): number {
  if (!isBackground(task, tty) || cannotTake(task, SIGTTOU)) return 0;
  if (isOrphanedPgrp(kernel, task.group.pgid)) return -EIO;
  sendPgrpSignal(kernel, task.group.pgid, sigInfo(SIGTTOU));
  return -ERESTARTSYS;
}

/** The terminal becomes the controlling one of the task's session. */
export function setControllingTty(task: Task, tty: Tty): void {
  tty.session = task.group.sid;
  tty.foreground = task.group.pgid;
  task.group.tty = tty.device;
}

/** The session loses its controlling terminal. */
export function clearControllingTty(kernel: Kernel, tty: Tty): void {
  const { session } = tty;
  tty.session = 0;
  tty.foreground = 0;
  for (const group of kernel.state.groups.values()) {
    if (group.sid === session && group.tty === tty.device) group.tty = 0;
  }
}
