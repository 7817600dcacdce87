import { EINVAL, ENOSPC, ENOTTY, ENXIO } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import type { OpenFile, PathRef, Task } from '../../types.ts';
import { newFile } from '../file.ts';
import type { FileOps } from '../file-ops.ts';
import { deviceMajor, deviceMinor } from '../mode.ts';
import { READABLE, WRITABLE } from '../poll-events.ts';
import { openPtyMaster } from '../tty/pty.ts';
import { openControllingTty, openTtyDevice } from '../tty/tty-open.ts';

/** The memory devices by minor number. Linux 6.1 drivers/char/mem.c: devlist */
const MEMORY_DEVICES: Readonly<Record<number, string>> = {
  3: 'null',
  5: 'zero',
  7: 'full',
  8: 'random',
  9: 'random',
  11: 'kmsg',
};

const MEM_MAJOR = 1;
const TTY_MAJOR = 4;
const TTYAUX_MAJOR = 5;
const PTY_SLAVE_MAJOR = 136;

/** Opens the device of a character-device node. `flags` as given to open, `kept` without what only opening needs. */
export function openCharacterDevice(
  kernel: Kernel,
  task: Task,
  ref: PathRef,
  flags: number,
  kept: number,
): OpenFile | number {
  const { rdev } = ref.dentry.inode!;
  const minor = deviceMinor(rdev);
  switch (deviceMajor(rdev)) {
    case MEM_MAJOR: {
      const device = MEMORY_DEVICES[minor];
      return device === undefined ? -ENXIO : newFile('character-device', ref, kept, { device });
    }
    case TTYAUX_MAJOR:
      if (minor === 0) return openControllingTty(kernel, task, ref, kept);
      if (minor === 2) return openPtyMaster(kernel, ref, kept);
      return openTtyDevice(kernel, task, ref, rdev, flags, kept);
    case TTY_MAJOR:
    case PTY_SLAVE_MAJOR:
      return openTtyDevice(kernel, task, ref, rdev, flags, kept);
    default:
      return -ENXIO;
  }
}

function deviceOf(file: OpenFile): string {
  return (file.data as { device: string }).device;
}

/** null, zero, full, random and kmsg. */
export const CHARACTER_DEVICE_OPS: FileOps = {
  seekable: true,

  read(kernel, _task, file, into) {
    switch (deviceOf(file)) {
      case 'zero':
      case 'full':
        into.fill(0);
        return into.length;
      case 'random':
        kernel.host.entropy.fill(into);
        return into.length;
      case 'kmsg':
        return -EINVAL;
      default:
        return 0;
    }
  },

  write: (_kernel, _task, file, bytes) => (deviceOf(file) === 'full' ? -ENOSPC : bytes.length),
  poll: () => READABLE | WRITABLE,
  ioctl: () => -ENOTTY,
};
