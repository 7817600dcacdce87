/** wait4, waitpid, waitid. */
import { full, type SyscallDef } from '../../syscalls/define.ts';
import { wait4, waitid } from '../wait.ts';

export const WAIT_SYSCALLS: readonly SyscallDef[] = [
  full('wait4', ['pid', 'ptr', 'flags', 'ptr'], wait4),
  full('waitpid', ['pid', 'ptr', 'flags'], (kernel, task, pid, status, options) =>
    wait4(kernel, task, pid!, status!, options!, 0),
  ),
  full('waitid', ['int', 'pid', 'ptr', 'flags', 'ptr'], waitid),
];
