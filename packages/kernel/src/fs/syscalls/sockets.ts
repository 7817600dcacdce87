import type { SyscallDef } from '../../syscalls/define.ts';

/** socket(2) and its family. */
export const SOCKET_SYSCALLS: SyscallDef[] = [];
