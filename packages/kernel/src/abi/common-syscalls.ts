/**
 * System calls that have the same number on every architecture since Linux 5.1: 64-bit time for 32-bit
 * ABIs, and all that came later. Linux 6.1 include/uapi/asm-generic/unistd.h
 */
export const COMMON_SYSCALLS: readonly (readonly [number, string])[] = [
  [403, 'clock_gettime64'],
  [404, 'clock_settime64'],
  [405, 'clock_adjtime64'],
  [406, 'clock_getres_time64'],
  [407, 'clock_nanosleep_time64'],
  [408, 'timer_gettime64'],
  [409, 'timer_settime64'],
  [410, 'timerfd_gettime64'],
  [411, 'timerfd_settime64'],
  [412, 'utimensat_time64'],
  [413, 'pselect6_time64'],
  [414, 'ppoll_time64'],
  [416, 'io_pgetevents_time64'],
  [417, 'recvmmsg_time64'],
  [418, 'mq_timedsend_time64'],
  [419, 'mq_timedreceive_time64'],
  [420, 'semtimedop_time64'],
  [421, 'rt_sigtimedwait_time64'],
  [422, 'futex_time64'],
  [423, 'sched_rr_get_interval_time64'],
  [424, 'pidfd_send_signal'],
  [425, 'io_uring_setup'],
  [426, 'io_uring_enter'],
  [427, 'io_uring_register'],
  [428, 'open_tree'],
  [429, 'move_mount'],
  [430, 'fsopen'],
  [431, 'fsconfig'],
  [432, 'fsmount'],
  [433, 'fspick'],
  [434, 'pidfd_open'],
  [435, 'clone3'],
  [436, 'close_range'],
  [437, 'openat2'],
  [438, 'pidfd_getfd'],
  [439, 'faccessat2'],
  [440, 'process_madvise'],
  [441, 'epoll_pwait2'],
  [442, 'mount_setattr'],
  [443, 'quotactl_fd'],
  [444, 'landlock_create_ruleset'],
  [445, 'landlock_add_rule'],
  [446, 'landlock_restrict_self'],
  [448, 'process_mrelease'],
  [449, 'futex_waitv'],
  [450, 'set_mempolicy_home_node'],
];

/** The System V IPC calls of the ABIs that had only ipc(2) before Linux 5.1 (i386, MIPS, PowerPC). */
export const SYSV_IPC_SYSCALLS: readonly (readonly [number, string])[] = [
  [393, 'semget'],
  [394, 'semctl'],
  [395, 'shmget'],
  [396, 'shmctl'],
  [397, 'shmat'],
  [398, 'shmdt'],
  [399, 'msgget'],
  [400, 'msgsnd'],
  [401, 'msgrcv'],
  [402, 'msgctl'],
];

/** The number that an ABI's table has for a call. @throws RangeError where it has none */
export function syscallNumber(numbers: ReadonlyMap<number, string>, name: string): number {
  for (const [number, call] of numbers) if (call === name) return number;
  throw new RangeError(`there is no system call '${name}'`);
}
