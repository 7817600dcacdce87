/** ptrace, and what goes with it. */
import { full, type SyscallDef } from '../syscalls/define.ts';
import { ptrace } from './requests.ts';

export const PTRACE_SYSCALLS: readonly SyscallDef[] = [full('ptrace', ['long', 'pid', 'ulong', 'ulong'], ptrace)];
