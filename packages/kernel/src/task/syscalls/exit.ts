/** exit, exit_group. */
import { BLOCKED, NO_RESULT } from '../../errno.ts';
import { exitEvent } from '../../ptrace/exit.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import { exitGroup, exitTask } from '../exit.ts';

export const EXIT_SYSCALLS: readonly SyscallDef[] = [
  full('exit', ['int'], (kernel, task, code) => {
    if (exitEvent(kernel, task, (code! & 0xff) << 8)) return BLOCKED;
    exitTask(kernel, task, (code! & 0xff) << 8);
    return NO_RESULT;
  }),
  full('exit_group', ['int'], (kernel, task, code) => {
    if (exitEvent(kernel, task, (code! & 0xff) << 8)) return BLOCKED;
    exitGroup(kernel, task, (code! & 0xff) << 8);
    return NO_RESULT;
  }),
];
