/** exit, exit_group. */
import { NO_RESULT } from '../../errno.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import { exitGroup, exitTask } from '../exit.ts';

export const EXIT_SYSCALLS: readonly SyscallDef[] = [
  full('exit', ['int'], (kernel, task, code) => {
    exitTask(kernel, task, (code! & 0xff) << 8);
    return NO_RESULT;
  }),
  full('exit_group', ['int'], (kernel, task, code) => {
    exitGroup(kernel, task, (code! & 0xff) << 8);
    return NO_RESULT;
  }),
];
