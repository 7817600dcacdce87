import { genericNumber } from '../../abi/numbers.ts';
import { EFAULT, EINVAL } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut, readWord, writeWord } from '../../mm/user-access.ts';
import type { Task } from '../../types.ts';
import { SOL_SOCKET } from '../socket/options.ts';
import { socketOps } from '../socket/socket-ops.ts';
import { socketFile, socketOf } from '../socket/socket-state.ts';

/** No option is longer. */
const MOST = 4096;

/** An option's level and number, as the kernel has them. */
function genericOption(kernel: Kernel, level: number, option: number): [level: number, option: number] {
  const kind = genericNumber(kernel, 'socklevel', level);
  return [kind, kind === SOL_SOCKET ? genericNumber(kernel, 'sockopt', option) : option];
}

/** getsockopt(2). */
export function getsockopt(
  kernel: Kernel,
  task: Task,
  fd: number,
  givenLevel: number,
  givenOption: number,
  address: number,
  lengthAt: number,
): number {
  const file = socketFile(task, fd);
  if (typeof file === 'number') return file;
  const room = readWord(kernel, task, lengthAt);
  if (room === undefined) return -EFAULT;
  if (room < 0) return -EINVAL;
  const [level, option] = genericOption(kernel, givenLevel, givenOption);
  const value = socketOps(file).getOption(kernel, socketOf(file), level, option, room);
  if (typeof value === 'number') return value;
  const bytes = value.subarray(0, room);
  if (!copyOut(kernel, task, address, bytes)) return -EFAULT;
  return writeWord(kernel, task, lengthAt, bytes.length) ? 0 : -EFAULT;
}

/** setsockopt(2). */
export function setsockopt(
  kernel: Kernel,
  task: Task,
  fd: number,
  givenLevel: number,
  givenOption: number,
  address: number,
  length: number,
): number {
  const file = socketFile(task, fd);
  if (typeof file === 'number') return file;
  if ((length | 0) < 0) return -EINVAL;
  const [level, option] = genericOption(kernel, givenLevel, givenOption);
  const value = copyIn(kernel, task, address, Math.min(length >>> 0, MOST));
  if (value === undefined) return -EFAULT;
  return socketOps(file).setOption(kernel, task, socketOf(file), level, option, value);
}
