import { genericNumber } from '../../abi/numbers.ts';
import { StructReader, StructWriter } from '../../abi/struct.ts';
import { EFAULT, EINVAL, EIO, ENOTTY, EPERM, ESRCH } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut, readWord } from '../../mm/user-access.ts';
import { SIGCONT, SIGHUP, SIGWINCH } from '../../signal/numbers.ts';
import { sendPgrpSignal, sigInfo } from '../../signal/send.ts';
import { CAP, capable } from '../../task/capabilities.ts';
import type { OpenFile, Task } from '../../types.ts';
import { installFd } from '../file-table.ts';
import * as ioctl from '../ioctl.ts';
import { putInt } from '../ioctl.ts';
import { notify } from '../notify.ts';
import { O_ACCMODE, O_CLOEXEC, O_NONBLOCK } from '../open-flags.ts';
import { checkChange, clearControllingTty, setControllingTty } from './job-control.ts';
import { inputReady, receiveInput, settingsChanged } from './line-discipline.ts';
import { dropOutput, flowChanged, holdOutput, TIOCPKT_FLUSHREAD, tellMaster } from './packet-mode.ts';
import { masterTty, slavePlace } from './pty.ts';
import {
  decodeTermio,
  decodeTermios,
  encodeTermio,
  encodeTermios,
  ICANON,
  keepLocked,
  termiosBytes,
  VSTART,
  VSTOP,
} from './termios.ts';
import { ttyOf } from './tty-file.ts';
import { newTtyFile } from './tty-open.ts';
import { emit } from './tty-output.ts';
import type { Tty } from './tty-state.ts';

/** ioctl() on a terminal. Linux 6.1 drivers/tty/tty_io.c: tty_ioctl */
export function ttyIoctl(kernel: Kernel, task: Task, file: OpenFile, command: number, argument: number): number {
  const tty = ttyOf(kernel, file);
  // Linux: hung_up_tty_ioctl
  if (tty.hungUp) return command === ioctl.TIOCSPGRP ? -ENOTTY : -EIO;
  return commonIoctl(kernel, task, tty, command, argument, false);
}

/** ioctl() on a pseudo-terminal's master. Linux 6.1 drivers/tty/pty.c: pty_unix98_ioctl */
export function masterIoctl(kernel: Kernel, task: Task, file: OpenFile, command: number, argument: number): number {
  const tty = masterTty(file);
  switch (command) {
    case ioctl.TIOCGPTN:
      return putInt(kernel, task, argument, tty.index);
    case ioctl.TIOCSPTLCK: {
      const lock = readWord(kernel, task, argument);
      if (lock === undefined) return -EFAULT;
      tty.locked = lock !== 0;
      return 0;
    }
    case ioctl.TIOCGPTLCK:
      return putInt(kernel, task, argument, tty.locked ? 1 : 0);
    case ioctl.TIOCGPTPEER: {
      const place = slavePlace(kernel, tty);
      if (place === undefined) return -EIO;
      const flags = genericNumber(kernel, 'oflags', argument);
      const slave = newTtyFile(tty, place, flags & (O_ACCMODE | O_NONBLOCK));
      return installFd(kernel, task, slave, (flags & O_CLOEXEC) !== 0);
    }
    case ioctl.TIOCPKT: {
      const on = readWord(kernel, task, argument);
      if (on === undefined) return -EFAULT;
      if (on !== 0 && !tty.packets) tty.packetStatus = 0;
      tty.packets = on !== 0;
      return 0;
    }
    case ioctl.TIOCGPKT:
      return putInt(kernel, task, argument, tty.packets ? 1 : 0);
    case ioctl.FIONREAD:
      return putInt(kernel, task, argument, tty.output.length);
    default:
      return commonIoctl(kernel, task, tty, command, argument, true);
  }
}

function commonIoctl(kernel: Kernel, task: Task, tty: Tty, command: number, argument: number, master: boolean): number {
  switch (command) {
    case ioctl.TCGETS:
      return copyOut(kernel, task, argument, encodeTermios(kernel, tty.termios, false)) ? 0 : -EFAULT;
    case ioctl.TCGETS2:
      return copyOut(kernel, task, argument, encodeTermios(kernel, tty.termios, true)) ? 0 : -EFAULT;
    case ioctl.TCGETA:
      return copyOut(kernel, task, argument, encodeTermio(kernel, tty.termios)) ? 0 : -EFAULT;
    case ioctl.TIOCGLCKTRMIOS:
      return copyOut(kernel, task, argument, encodeTermios(kernel, tty.lockedTermios, false)) ? 0 : -EFAULT;
    case ioctl.TIOCSLCKTRMIOS:
      return lockTermios(kernel, task, tty, argument);
    case ioctl.TCSETS:
    case ioctl.TCSETSW:
    case ioctl.TCSETSF:
      return setTermios(kernel, task, tty, argument, termiosBytes(kernel, false), command === ioctl.TCSETSF);
    case ioctl.TCSETS2:
    case ioctl.TCSETSW2:
    case ioctl.TCSETSF2:
      return setTermios(kernel, task, tty, argument, termiosBytes(kernel, true), command === ioctl.TCSETSF2);
    case ioctl.TCSETA:
    case ioctl.TCSETAW:
    case ioctl.TCSETAF:
      return setTermios(kernel, task, tty, argument, 18, command === ioctl.TCSETAF);
    case ioctl.TIOCGWINSZ:
      return getWindowSize(kernel, task, tty, argument);
    case ioctl.TIOCSWINSZ:
      return setWindowSize(kernel, task, tty, argument);
    case ioctl.FIONREAD:
      return putInt(kernel, task, argument, Math.max(0, inputReady(tty)));
    case ioctl.TIOCOUTQ:
      return putInt(kernel, task, argument, 0);
    case ioctl.TCFLSH:
      return flush(kernel, task, tty, argument);
    case ioctl.TCSBRK:
    case ioctl.TCSBRKP:
      return checkChange(kernel, task, tty);
    case ioctl.TIOCEXCL:
    case ioctl.TIOCNXCL:
      tty.exclusive = command === ioctl.TIOCEXCL;
      return 0;
    case ioctl.TIOCGEXCL:
      return putInt(kernel, task, argument, tty.exclusive ? 1 : 0);
    case ioctl.TIOCGETD:
      return putInt(kernel, task, argument, tty.termios.line);
    case ioctl.TIOCSETD: {
      const line = readWord(kernel, task, argument);
      if (line === undefined) return -EFAULT;
      return line === 0 ? checkChange(kernel, task, tty) : -EINVAL;
    }
    case ioctl.TCXONC:
      return checkChange(kernel, task, tty) || flow(kernel, tty, argument);
    case ioctl.TIOCSTI:
      return typeByte(kernel, task, tty, argument);
    default:
      return jobControlIoctl(kernel, task, tty, command, argument, master);
  }
}

/** Linux 6.1 drivers/tty/tty_jobctrl.c: tty_jobctrl_ioctl */
function jobControlIoctl(
  kernel: Kernel,
  task: Task,
  tty: Tty,
  command: number,
  argument: number,
  master: boolean,
): number {
  const { group } = task;
  const controls = group.tty === tty.device && tty.session === group.sid;
  switch (command) {
    case ioctl.TIOCGPGRP:
      return controls || master ? putInt(kernel, task, argument, tty.foreground) : -ENOTTY;
    case ioctl.TIOCGSID:
      if (!controls && !master) return -ENOTTY;
      return tty.session === 0 ? -ENOTTY : putInt(kernel, task, argument, tty.session);
    case ioctl.TIOCSPGRP:
      return setForeground(kernel, task, tty, argument, controls);
    case ioctl.TIOCSCTTY:
      return acquire(kernel, task, tty, argument);
    case ioctl.TIOCNOTTY:
      if (group.tty !== tty.device) return -ENOTTY;
      if (group.sid === group.pid) {
        const { foreground } = tty;
        clearControllingTty(kernel, tty);
        if (foreground > 0) {
          sendPgrpSignal(kernel, foreground, sigInfo(SIGHUP));
          sendPgrpSignal(kernel, foreground, sigInfo(SIGCONT));
        }
      } else group.tty = 0;
      return 0;
    default:
      return -ENOTTY;
  }
}

function setTermios(
  kernel: Kernel,
  task: Task,
  tty: Tty,
  address: number,
  length: number,
  flushInput: boolean,
): number {
  const refused = checkChange(kernel, task, tty);
  if (refused) return refused;
  const bytes = copyIn(kernel, task, address, length);
  if (bytes === undefined) return -EFAULT;
  const wasCanonical = (tty.termios.lflag & ICANON) !== 0;
  const decode = length === 18 ? decodeTermio : decodeTermios;
  const before = tty.termios;
  tty.termios = keepLocked(decode(kernel, bytes, before), before, tty.lockedTermios);
  flowChanged(kernel, tty, before);
  if (flushInput) {
    tty.lines = [];
    tty.edit = [];
  }
  settingsChanged(tty, wasCanonical);
  notify(kernel, tty.queue);
  return 0;
}

function lockTermios(kernel: Kernel, task: Task, tty: Tty, address: number): number {
  if (!capable(task.cred, CAP.sysAdmin)) return -EPERM;
  const bytes = copyIn(kernel, task, address, termiosBytes(kernel, false));
  if (bytes === undefined) return -EFAULT;
  tty.lockedTermios = decodeTermios(kernel, bytes, tty.lockedTermios);
  return 0;
}

function getWindowSize(kernel: Kernel, task: Task, tty: Tty, address: number): number {
  const { rows, columns, xpixel, ypixel } = tty.size;
  const out = new StructWriter(kernel, 8).u16(rows).u16(columns).u16(xpixel).u16(ypixel);
  return copyOut(kernel, task, address, out.bytes) ? 0 : -EFAULT;
}

function setWindowSize(kernel: Kernel, task: Task, tty: Tty, address: number): number {
  const bytes = copyIn(kernel, task, address, 8);
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  resizeTty(kernel, tty, reader.u16(0), reader.u16(2), reader.u16(4), reader.u16(6));
  return 0;
}

/** The window has another size: SIGWINCH to the foreground group if so. */
export function resizeTty(
  kernel: Kernel,
  tty: Tty,
  rows: number,
  columns: number,
  xpixel: number,
  ypixel: number,
): void {
  const { size } = tty;
  if (size.rows === rows && size.columns === columns && size.xpixel === xpixel && size.ypixel === ypixel) return;
  tty.size = { rows, columns, xpixel, ypixel };
  if (tty.foreground > 0) sendPgrpSignal(kernel, tty.foreground, sigInfo(SIGWINCH));
}

/** tcflow(): holds or frees output, or sends the characters that ask the other end to. Linux 6.1 drivers/tty/tty_ioctl.c: n_tty_ioctl_helper */
function flow(kernel: Kernel, tty: Tty, action: number): number {
  if (action > 3) return -EINVAL;
  if (action < 2) holdOutput(kernel, tty, action === 0);
  else {
    const character = tty.termios.cc[action === 2 ? VSTOP : VSTART]!;
    if (character !== 0) emit(kernel, tty, Uint8Array.of(character));
  }
  return 0;
}

function flush(kernel: Kernel, task: Task, tty: Tty, which: number): number {
  const refused = checkChange(kernel, task, tty);
  if (refused) return refused;
  if (which > 2) return -EINVAL;
  if (which !== 1) {
    tty.lines = [];
    tty.edit = [];
    tellMaster(kernel, tty, TIOCPKT_FLUSHREAD);
  }
  if (which !== 0) dropOutput(kernel, tty);
  notify(kernel, tty.queue);
  return 0;
}

function typeByte(kernel: Kernel, task: Task, tty: Tty, address: number): number {
  if (task.group.tty !== tty.device && !capable(task.cred, CAP.sysAdmin)) return -EPERM;
  const bytes = copyIn(kernel, task, address, 1);
  if (bytes === undefined) return -EFAULT;
  receiveInput(kernel, tty, bytes);
  return 0;
}

/** tcsetpgrp(). Linux 6.1 drivers/tty/tty_jobctrl.c: tiocspgrp */
function setForeground(kernel: Kernel, task: Task, tty: Tty, address: number, controls: boolean): number {
  const refused = checkChange(kernel, task, tty);
  if (refused) return refused;
  if (!controls) return -ENOTTY;
  const pgid = readWord(kernel, task, address);
  if (pgid === undefined) return -EFAULT;
  if ((pgid | 0) < 0) return -EINVAL;
  for (const group of kernel.state.groups.values()) {
    if (group.pgid !== pgid || group.sid !== task.group.sid) continue;
    tty.foreground = pgid;
    return 0;
  }
  return [...kernel.state.groups.values()].some((group) => group.pgid === pgid) ? -EPERM : -ESRCH;
}

/** TIOCSCTTY: a session leader without a terminal takes this one. Linux 6.1 drivers/tty/tty_jobctrl.c: tiocsctty */
function acquire(kernel: Kernel, task: Task, tty: Tty, steal: number): number {
  const { group } = task;
  if (group.sid === group.pid && tty.session === group.sid) return 0;
  if (group.sid !== group.pid || group.tty !== 0) return -EPERM;
  if (tty.session !== 0) {
    if (steal !== 1 || !capable(task.cred, CAP.sysAdmin)) return -EPERM;
    clearControllingTty(kernel, tty);
  }
  setControllingTty(task, tty);
  return 0;
}
