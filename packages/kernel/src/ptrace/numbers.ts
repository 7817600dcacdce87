/** Numbers of ptrace(2). Linux 6.1 include/uapi/linux/ptrace.h, include/linux/ptrace.h */

export const PTRACE_TRACEME = 0;
export const PTRACE_PEEKTEXT = 1;
export const PTRACE_PEEKDATA = 2;
export const PTRACE_PEEKUSR = 3;
export const PTRACE_POKETEXT = 4;
export const PTRACE_POKEDATA = 5;
export const PTRACE_POKEUSR = 6;
export const PTRACE_CONT = 7;
export const PTRACE_KILL = 8;
export const PTRACE_SINGLESTEP = 9;
export const PTRACE_ATTACH = 16;
export const PTRACE_DETACH = 17;
/** PTRACE_SETOPTIONS of old. */
export const PTRACE_OLDSETOPTIONS = 21;
export const PTRACE_SYSCALL = 24;
export const PTRACE_SETOPTIONS = 0x4200;
export const PTRACE_GETEVENTMSG = 0x4201;
export const PTRACE_GETSIGINFO = 0x4202;
export const PTRACE_SETSIGINFO = 0x4203;
export const PTRACE_GETREGSET = 0x4204;
export const PTRACE_SETREGSET = 0x4205;
export const PTRACE_SEIZE = 0x4206;
export const PTRACE_INTERRUPT = 0x4207;
export const PTRACE_LISTEN = 0x4208;
export const PTRACE_PEEKSIGINFO = 0x4209;
export const PTRACE_GETSIGMASK = 0x420a;
export const PTRACE_SETSIGMASK = 0x420b;
export const PTRACE_GET_SYSCALL_INFO = 0x420e;

/** Events: bits 8 up of a stop's code, and (as powers of two) the options that ask for them. */
export const EVENT_FORK = 1;
export const EVENT_VFORK = 2;
export const EVENT_CLONE = 3;
export const EVENT_EXEC = 4;
export const EVENT_VFORK_DONE = 5;
export const EVENT_EXIT = 6;
export const EVENT_STOP = 128;

export const O_TRACESYSGOOD = 1;
export const O_EXITKILL = 0x10_0000;
/** TRACESYSGOOD, the events (SECCOMP too, which never comes), EXITKILL, SUSPEND_SECCOMP. */
export const O_MASK = 0xff | O_EXITKILL | 0x20_0000;
export const O_SUSPEND_SECCOMP = 0x20_0000;

/** What PTRACE_GETEVENTMSG says at a system-call stop. */
export const MESSAGE_ENTRY = 1;
export const MESSAGE_EXIT = 2;

/** The option that asks for an event. */
export function eventOption(event: number): number {
  return 1 << event;
}
