/**
 * Calls that copy, replace or read the whole register frame, on any ISA: a direct call of them begins with one. Those that
 * KML marks, but for IA-32's own, and those that came later. KML arch/x86/syscalls/syscall_32.tbl
 */
export const FRAME_CALLS: readonly string[] = [
  ...['fork', 'vfork', 'clone', 'clone3', 'execve', 'execveat', 'sigreturn', 'rt_sigreturn'],
  ...['sigsuspend', 'rt_sigsuspend', 'sigaltstack'],
];
