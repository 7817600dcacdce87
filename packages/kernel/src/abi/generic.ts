/** The kernel's own numbers under one name, for the tables in which an ABI says what differs. */
export * from '../errno.ts';
export * from '../fs/ioctl.ts';
export * from '../fs/open-flags.ts';
export * from '../fs/poll-events.ts';
export { SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM } from '../fs/socket/numbers.ts';
export {
  SO_ACCEPTCONN,
  SO_DOMAIN,
  SO_ERROR,
  SO_PASSCRED,
  SO_PEERCRED,
  SO_PROTOCOL,
  SO_TYPE,
  SOL_SOCKET,
} from '../fs/socket/options.ts';
export { F_GETOWN, F_SETOWN } from '../fs/syscalls/fcntl.ts';
export { F_GETLK, F_GETLK64, F_SETLK, F_SETLK64, F_SETLKW, F_SETLKW64 } from '../fs/syscalls/record-locks.ts';
export * from '../fs/tty/termios.ts';
export * from '../mm/mmap-flags.ts';
export * from '../signal/numbers.ts';
export { SIG_BLOCK, SIG_SETMASK, SIG_UNBLOCK } from '../signal/syscalls/mask.ts';
export * from '../task/rlimit-numbers.ts';
