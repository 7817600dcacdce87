import { EAGAIN, EIO, ENOSPC } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { blockOn } from '../../sched/wait.ts';
import type { Dentry, Mount, OpenFile, PathRef, Task } from '../../types.ts';
import { dropFromRing, peekRing } from '../byte-ring.ts';
import { addChild, detach } from '../dentry.ts';
import { newFile } from '../file.ts';
import type { FileOps } from '../file-ops.ts';
import { fsState } from '../fs-state.ts';
import { makeDevice, S_IFCHR } from '../mode.ts';
import { notify } from '../notify.ts';
import { O_NONBLOCK } from '../open-flags.ts';
import { POLLHUP, POLLPRI, READABLE, WRITABLE } from '../poll-events.ts';
import { newTmpfsInode } from '../tmpfs/tmpfs.ts';
import { hangUpTty } from './hang-up.ts';
import { INPUT_LIMIT, receiveInput } from './line-discipline.ts';
import { ICANON } from './termios.ts';
import { masterIoctl } from './tty-ioctl.ts';
import { newTty, type Tty } from './tty-state.ts';

const PTY_SLAVE_MAJOR = 136;
/** As sysctl kernel.pty.max. */
const PTY_MAX = 4096;

/** Device number of a pseudo-terminal's slave. */
export function ptyDevice(index: number): number {
  return makeDevice(PTY_SLAVE_MAJOR, index);
}

/** The terminal behind a master. */
export function masterTty(file: OpenFile): Tty {
  return (file.data as { tty: Tty }).tty;
}

/** Opens /dev/ptmx: a new pair; its slave appears in /dev/pts, locked. Linux 6.1 drivers/tty/pty.c: ptmx_open */
export function openPtyMaster(kernel: Kernel, ref: PathRef, flags: number): OpenFile | number {
  const { ttys } = fsState(kernel);
  let index = 0;
  while (ttys.has(ptyDevice(index))) index++;
  if (index >= PTY_MAX) return -ENOSPC;
  const tty = newTty(ptyDevice(index), 'pty', index);
  tty.masterOpen = true;
  tty.locked = true;
  ttys.set(tty.device, tty);
  addSlaveNode(kernel, tty, ref);
  return newFile('pty-master', ref, flags, { tty });
}

function devptsMount(kernel: Kernel): Mount | undefined {
  return kernel.state.mounts.find((mount) => mount.superblock.kind === 'devpts');
}

/** Group of terminals, as distributions mount devpts (gid=5). */
const TTY_GROUP = 5;

function addSlaveNode(kernel: Kernel, tty: Tty, ref: PathRef): void {
  const mount = devptsMount(kernel);
  if (mount === undefined) return;
  const node = newTmpfsInode(kernel, mount.superblock, S_IFCHR | 0o620, tty.device, '');
  node.uid = ref.dentry.inode!.uid;
  node.gid = TTY_GROUP;
  addChild(mount.root, String(tty.index), node);
}

/** Place of a slave's node, for TIOCGPTPEER and for tests. */
export function slavePlace(kernel: Kernel, tty: Tty): PathRef | undefined {
  const mount = devptsMount(kernel);
  const dentry: Dentry | undefined = mount?.root.children.get(String(tty.index));
  return mount === undefined || dentry === undefined ? undefined : { mount, dentry };
}

function readMaster(kernel: Kernel, task: Task, file: OpenFile, into: Uint8Array): number {
  const tty = masterTty(file);
  if (into.length === 0) return 0;
  if (tty.packets && tty.packetStatus !== 0) {
    into[0] = tty.packetStatus;
    tty.packetStatus = 0;
    return 1;
  }
  if (tty.output.length > 0) {
    // In packet mode a byte that says "data" comes first.
    const head = tty.packets ? 1 : 0;
    into.fill(0, 0, head);
    const count = peekRing(tty.output, into.subarray(head));
    dropFromRing(tty.output, count);
    notify(kernel, tty.queue);
    return head + count;
  }
  if (tty.wasOpened && tty.opens === 0) return -EIO;
  return file.flags & O_NONBLOCK ? -EAGAIN : blockOn(kernel, task, [tty.queue]);
}

/** Room for typed input; in canonical mode a line that is full still takes its end. */
function inputRoom(tty: Tty): number {
  if (tty.termios.lflag & ICANON) return tty.lines.length < 64 ? INPUT_LIMIT : 0;
  return INPUT_LIMIT - tty.edit.length;
}

function writeMaster(kernel: Kernel, task: Task, file: OpenFile, bytes: Uint8Array): number {
  const tty = masterTty(file);
  const room = inputRoom(tty);
  if (room <= 0) return file.flags & O_NONBLOCK ? -EAGAIN : blockOn(kernel, task, [tty.queue]);
  const count = Math.min(room, bytes.length);
  receiveInput(kernel, tty, bytes.subarray(0, count));
  return count;
}

/** Master ends of pseudo-terminals. */
export const PTY_MASTER_OPS: FileOps = {
  read: readMaster,
  write: writeMaster,
  ioctl: masterIoctl,

  poll(_kernel, file) {
    const tty = masterTty(file);
    const hangUp = tty.wasOpened && tty.opens === 0 ? POLLHUP : 0;
    const status = tty.packets && tty.packetStatus !== 0 ? READABLE | POLLPRI : 0;
    return (tty.output.length > 0 ? READABLE : 0) | status | (inputRoom(tty) > 0 ? WRITABLE : 0) | hangUp;
  },

  queues: (_kernel, file) => [masterTty(file).queue],

  release(kernel, file) {
    const tty = masterTty(file);
    tty.masterOpen = false;
    const place = slavePlace(kernel, tty);
    if (place !== undefined) detach(place.dentry);
    hangUpTty(kernel, tty);
    if (tty.opens === 0) fsState(kernel).ttys.delete(tty.device);
  },
};
