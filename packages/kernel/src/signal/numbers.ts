/** Signal numbers and sets, asm-generic (as on i386). Linux 6.1 include/uapi/asm-generic/signal.h */
import { hasSignal, sigSet } from './sig-set.ts';

export { NO_SIGNALS, sigBit, sigSet } from './sig-set.ts';

export const SIGHUP = 1;
export const SIGINT = 2;
export const SIGQUIT = 3;
export const SIGILL = 4;
export const SIGTRAP = 5;
export const SIGABRT = 6;
export const SIGBUS = 7;
export const SIGFPE = 8;
export const SIGKILL = 9;
export const SIGUSR1 = 10;
export const SIGSEGV = 11;
export const SIGUSR2 = 12;
export const SIGPIPE = 13;
export const SIGALRM = 14;
export const SIGTERM = 15;
export const SIGSTKFLT = 16;
export const SIGCHLD = 17;
export const SIGCONT = 18;
export const SIGSTOP = 19;
export const SIGTSTP = 20;
export const SIGTTIN = 21;
export const SIGTTOU = 22;
export const SIGURG = 23;
export const SIGXCPU = 24;
export const SIGXFSZ = 25;
export const SIGVTALRM = 26;
export const SIGPROF = 27;
export const SIGWINCH = 28;
export const SIGIO = 29;
export const SIGPWR = 30;
export const SIGSYS = 31;
/** First real-time signal, and the last one unless the ABI has more (abi/signals.ts: lastSignal). */
export const SIGRTMIN = 32;
export const NSIG = 64;

export const SIG_DFL = 0;
export const SIG_IGN = 1;

export const SA_NOCLDSTOP = 0x1;
export const SA_NOCLDWAIT = 0x2;
export const SA_SIGINFO = 0x4;
export const SA_RESTORER = 0x0400_0000;
export const SA_ONSTACK = 0x0800_0000;
export const SA_RESTART = 0x1000_0000;
export const SA_NODEFER = 0x4000_0000;
export const SA_RESETHAND = 0x8000_0000;

/** si_code values. */
export const SI_USER = 0;
export const SI_KERNEL = 0x80;
export const SI_QUEUE = -1;
export const SI_TIMER = -2;
export const SI_MESGQ = -3;
export const SI_TKILL = -6;
export const CLD_EXITED = 1;
export const CLD_KILLED = 2;
export const CLD_DUMPED = 3;
export const CLD_TRAPPED = 4;
export const CLD_STOPPED = 5;
export const CLD_CONTINUED = 6;

/** Signals that cannot be caught, blocked or ignored. */
export const UNBLOCKABLE = sigSet(SIGKILL, SIGSTOP);
export const STOP_SIGNALS = sigSet(SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU);
/** Raised by instructions: delivered before others. */
export const SYNCHRONOUS = sigSet(SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGSYS);
/** Signals whose default action is to be ignored, or to dump core. */
const DEFAULT_IGNORE = sigSet(SIGCONT, SIGCHLD, SIGWINCH, SIGURG);
const DEFAULT_CORE = sigSet(SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGSEGV, SIGBUS, SIGSYS, SIGXCPU, SIGXFSZ);

export type DefaultAction = 'ignore' | 'stop' | 'core' | 'terminate';

/** What the signal does to a process that has no handler for it. signal(7) */
export function defaultAction(signo: number): DefaultAction {
  if (hasSignal(DEFAULT_IGNORE, signo)) return 'ignore';
  if (hasSignal(STOP_SIGNALS, signo)) return 'stop';
  if (hasSignal(DEFAULT_CORE, signo)) return 'core';
  return 'terminate';
}

const NAMES = [
  '0',
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGILL',
  'SIGTRAP',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGKILL',
  'SIGUSR1',
  'SIGSEGV',
  'SIGUSR2',
  'SIGPIPE',
  'SIGALRM',
  'SIGTERM',
  'SIGSTKFLT',
  'SIGCHLD',
  'SIGCONT',
  'SIGSTOP',
  'SIGTSTP',
  'SIGTTIN',
  'SIGTTOU',
  'SIGURG',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGVTALRM',
  'SIGPROF',
  'SIGWINCH',
  'SIGIO',
  'SIGPWR',
  'SIGSYS',
] as const;

/** Name as strace prints it: SIGINT, SIGRT_2. */
export function signalName(signo: number): string {
  return NAMES[signo] ?? (signo === SIGRTMIN ? 'SIGRTMIN' : `SIGRT_${signo - SIGRTMIN}`);
}

const GENERAL_CODES = new Map([
  [SI_USER, 'SI_USER'],
  [SI_KERNEL, 'SI_KERNEL'],
  [SI_QUEUE, 'SI_QUEUE'],
  [SI_TIMER, 'SI_TIMER'],
  [SI_MESGQ, 'SI_MESGQ'],
  [SI_TKILL, 'SI_TKILL'],
]);

/** si_code names by signal, from 1 up. Linux 6.1 include/uapi/asm-generic/siginfo.h */
const CODES: Readonly<Record<number, readonly string[]>> = {
  [SIGILL]: ['ILL_ILLOPC', 'ILL_ILLOPN', 'ILL_ILLADR', 'ILL_ILLTRP', 'ILL_PRVOPC', 'ILL_PRVREG'],
  [SIGFPE]: [
    'FPE_INTDIV',
    'FPE_INTOVF',
    'FPE_FLTDIV',
    'FPE_FLTOVF',
    'FPE_FLTUND',
    'FPE_FLTRES',
    'FPE_FLTINV',
    'FPE_FLTSUB',
  ],
  [SIGSEGV]: ['SEGV_MAPERR', 'SEGV_ACCERR'],
  [SIGBUS]: ['BUS_ADRALN', 'BUS_ADRERR', 'BUS_OBJERR'],
  [SIGTRAP]: ['TRAP_BRKPT', 'TRAP_TRACE'],
  [SIGCHLD]: ['CLD_EXITED', 'CLD_KILLED', 'CLD_DUMPED', 'CLD_TRAPPED', 'CLD_STOPPED', 'CLD_CONTINUED'],
};

/** Name of a siginfo's code as strace prints it. */
export function signalCodeName(info: { readonly signo: number; readonly code: number }): string {
  return GENERAL_CODES.get(info.code) ?? CODES[info.signo]?.[info.code - 1] ?? `${info.code}`;
}
