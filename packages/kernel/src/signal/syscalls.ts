/** System calls of signals, by man-page family. */
import type { SyscallDef } from '../syscalls/define.ts';
import { ACTION_SYSCALLS } from './syscalls/action.ts';
import { KILL_SYSCALLS } from './syscalls/kill.ts';
import { MASK_SYSCALLS } from './syscalls/mask.ts';

export const SIGNAL_SYSCALLS: readonly SyscallDef[] = [...ACTION_SYSCALLS, ...KILL_SYSCALLS, ...MASK_SYSCALLS];
