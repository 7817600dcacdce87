/** System calls of tasks, by man-page family. */
import type { SyscallDef } from '../syscalls/define.ts';
import { CLONE_SYSCALLS } from './syscalls/clone.ts';
import { CRED_SYSCALLS } from './syscalls/cred.ts';
import { EXEC_SYSCALLS } from './syscalls/exec.ts';
import { EXIT_SYSCALLS } from './syscalls/exit.ts';
import { ID_SYSCALLS } from './syscalls/ids.ts';
import { KCMP_SYSCALLS } from './syscalls/kcmp.ts';
import { PIDFD_SYSCALLS } from './syscalls/pidfd.ts';
import { PRCTL_SYSCALLS } from './syscalls/prctl.ts';
import { RLIMIT_SYSCALLS } from './syscalls/rlimit.ts';
import { RUSAGE_SYSCALLS } from './syscalls/rusage.ts';
import { UNAME_SYSCALLS } from './syscalls/uname.ts';
import { WAIT_SYSCALLS } from './syscalls/wait.ts';

export const TASK_SYSCALLS: readonly SyscallDef[] = [
  ...CLONE_SYSCALLS,
  ...EXEC_SYSCALLS,
  ...EXIT_SYSCALLS,
  ...WAIT_SYSCALLS,
  ...ID_SYSCALLS,
  ...CRED_SYSCALLS,
  ...RLIMIT_SYSCALLS,
  ...RUSAGE_SYSCALLS,
  ...PRCTL_SYSCALLS,
  ...UNAME_SYSCALLS,
  ...PIDFD_SYSCALLS,
  ...KCMP_SYSCALLS,
];
