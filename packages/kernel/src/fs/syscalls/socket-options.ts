import { genericNumber, nativeNumber } from '../../abi/numbers.ts';
import { StructWriter } from '../../abi/struct.ts';
import { EFAULT, EINVAL, ENOPROTOOPT, EOPNOTSUPP } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyOut, readWord, writeWord } from '../../mm/user-access.ts';
import type { Task } from '../../types.ts';
import { AF_UNIX, RECEIVE_LIMIT, socketFile, socketOf, type UnixSocket } from '../socket/socket-state.ts';

export const SOL_SOCKET = 1;
export const SO_TYPE = 3;
export const SO_ERROR = 4;
export const SO_PASSCRED = 16;
export const SO_PEERCRED = 17;
export const SO_ACCEPTCONN = 30;
export const SO_PROTOCOL = 38;
export const SO_DOMAIN = 39;
/** Options that are taken and change nothing: reuse, broadcast, buffer sizes, keep-alive, linger, time-outs of 0. */
const IGNORED_OPTIONS: readonly number[] = [2, 6, 7, 8, 9, 13, 15, 20, 21, 32, 33, 66, 67];

function optionWords(kernel: Kernel, own: UnixSocket, option: number): number[] | undefined {
  switch (option) {
    case SO_TYPE:
      return [nativeNumber(kernel, 'socktype', own.type)];
    case SO_ERROR: {
      const { error } = own;
      own.error = 0;
      return [nativeNumber(kernel, 'errno', error)];
    }
    case SO_PASSCRED:
      return [own.passCredentials ? 1 : 0];
    case SO_PEERCRED:
      return [own.peerCredentials.pid, own.peerCredentials.uid, own.peerCredentials.gid];
    case SO_ACCEPTCONN:
      return [own.state === 'listening' ? 1 : 0];
    case SO_PROTOCOL:
      return [0];
    case SO_DOMAIN:
      return [AF_UNIX];
    case 7:
    case 8:
      return [RECEIVE_LIMIT];
    default:
      return IGNORED_OPTIONS.includes(option) ? [0] : undefined;
  }
}

/** Level SOL_SOCKET, of options and of control messages. */
function isSocketLevel(kernel: Kernel, level: number): boolean {
  return genericNumber(kernel, 'socklevel', level) === SOL_SOCKET;
}

/** getsockopt(2). */
export function getsockopt(
  kernel: Kernel,
  task: Task,
  fd: number,
  level: number,
  option: number,
  address: number,
  lengthAt: number,
): number {
  const file = socketFile(task, fd);
  if (typeof file === 'number') return file;
  const room = readWord(kernel, task, lengthAt);
  if (room === undefined) return -EFAULT;
  if (!isSocketLevel(kernel, level)) return -EOPNOTSUPP;
  const words = optionWords(kernel, socketOf(file), genericNumber(kernel, 'sockopt', option));
  if (words === undefined) return -ENOPROTOOPT;
  const out = new StructWriter(kernel, words.length * 4);
  for (const word of words) out.u32(word);
  const bytes = out.bytes.subarray(0, Math.min(room, out.bytes.length));
  if (!copyOut(kernel, task, address, bytes)) return -EFAULT;
  return writeWord(kernel, task, lengthAt, bytes.length) ? 0 : -EFAULT;
}

/** setsockopt(2). */
export function setsockopt(
  kernel: Kernel,
  task: Task,
  fd: number,
  level: number,
  given: number,
  address: number,
  length: number,
): number {
  const option = genericNumber(kernel, 'sockopt', given);
  const file = socketFile(task, fd);
  if (typeof file === 'number') return file;
  if (!isSocketLevel(kernel, level)) return -ENOPROTOOPT;
  if (length < 4) return -EINVAL;
  const value = readWord(kernel, task, address);
  if (value === undefined) return -EFAULT;
  if (option === SO_PASSCRED) socketOf(file).passCredentials = value !== 0;
  else if (!IGNORED_OPTIONS.includes(option)) return -ENOPROTOOPT;
  return 0;
}
