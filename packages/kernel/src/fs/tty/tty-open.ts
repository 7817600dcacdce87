import { EBUSY, EIO, ENXIO } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { CAP, capable } from '../../task/capabilities.ts';
import type { OpenFile, PathRef, Task } from '../../types.ts';
import { newFile } from '../file.ts';
import { fsState } from '../fs-state.ts';
import { makeDevice } from '../mode.ts';
import { O_NOCTTY } from '../open-flags.ts';
import { setControllingTty } from './job-control.ts';
import { newTty, type Tty } from './tty-state.ts';

/** /dev/tty1 is the host's console; /dev/console is the same terminal. */
export const CONSOLE_DEVICE = makeDevice(4, 1);
const SYSTEM_CONSOLE = makeDevice(5, 1);

/** The console's terminal, made when first used. */
export function consoleTty(kernel: Kernel): Tty {
  const { ttys } = fsState(kernel);
  let tty = ttys.get(CONSOLE_DEVICE);
  if (tty === undefined) {
    tty = newTty(CONSOLE_DEVICE, 'console', 0);
    const { rows, columns } = kernel.host.console.size();
    tty.size = { rows, columns, xpixel: 0, ypixel: 0 };
    ttys.set(CONSOLE_DEVICE, tty);
  }
  return tty;
}

/** An open file on a terminal. */
export function newTtyFile(tty: Tty, ref: PathRef, flags: number): OpenFile {
  tty.opens++;
  tty.wasOpened = true;
  return newFile('tty', ref, flags, { device: tty.device });
}

/** Opens a terminal by device number; it may become the session's controlling terminal. Linux 6.1 drivers/tty/tty_io.c: tty_open */
export function openTtyDevice(
  kernel: Kernel,
  task: Task,
  ref: PathRef,
  device: number,
  flags: number,
  kept: number,
): OpenFile | number {
  const isConsole = device === CONSOLE_DEVICE || device === SYSTEM_CONSOLE;
  const tty = isConsole ? consoleTty(kernel) : fsState(kernel).ttys.get(device);
  if (tty === undefined) return -ENXIO;
  if (tty.kind === 'pty' && (tty.locked || !tty.masterOpen)) return -EIO;
  if (tty.exclusive && !capable(task.cred, CAP.sysAdmin)) return -EBUSY;
  const { group } = task;
  const leader = group.sid === group.pid;
  if (!(flags & O_NOCTTY) && device !== SYSTEM_CONSOLE && leader && group.tty === 0 && tty.session === 0) {
    setControllingTty(task, tty);
  }
  return newTtyFile(tty, ref, kept);
}

/** /dev/tty: the process's controlling terminal. */
export function openControllingTty(kernel: Kernel, task: Task, ref: PathRef, kept: number): OpenFile | number {
  const device = task.group.tty;
  const tty = device === CONSOLE_DEVICE ? consoleTty(kernel) : fsState(kernel).ttys.get(device);
  if (device === 0 || tty === undefined || tty.hungUp) return -ENXIO;
  return newTtyFile(tty, ref, kept);
}
