/** Calls that belong to no subsystem: getrandom, membarrier, and those this kernel answers without doing anything. */
import { EFAULT, EINVAL, ENOSYS, EPERM } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { copyOut } from '../mm/user-access.ts';
import { CAP, capable } from '../task/capabilities.ts';
import type { Task } from '../types.ts';
import { full, partial, type SyscallDef, stub } from './define.ts';

const GRND_KNOWN = 7;
const GRND_INSECURE_AND_RANDOM = 6;
/** Bytes made at a time. */
const PIECE = 65_536;

/** Linux 6.1 drivers/char/random.c: getrandom */
function getrandom(kernel: Kernel, task: Task, address: number, length: number, flags: number): number {
  if (flags & ~GRND_KNOWN || (flags & GRND_INSECURE_AND_RANDOM) === GRND_INSECURE_AND_RANDOM) return -EINVAL;
  const total = Math.min(length, 0x7fff_f000);
  const piece = new Uint8Array(Math.min(total, PIECE));
  for (let done = 0; done < total; done += PIECE) {
    const part = piece.subarray(0, Math.min(PIECE, total - done));
    kernel.host.entropy.fill(part);
    if (!copyOut(kernel, task, address + done, part)) return done > 0 ? done : -EFAULT;
  }
  return total;
}

/** Commands of membarrier. Linux 6.1 include/uapi/linux/membarrier.h: global ones, and private ones with their registrations. */
const MEMBARRIER_GLOBAL = 1 | 2 | 4;
const MEMBARRIER_PRIVATE = 8 | 32;
const MEMBARRIER_REGISTER = 16 | 64;

/** One CPU: every barrier is in effect already, but a private one has to be registered for. Linux 6.1 kernel/sched/membarrier.c */
function membarrier(_kernel: Kernel, task: Task, command: number, flags: number): number {
  if (flags !== 0) return -EINVAL;
  const supported = MEMBARRIER_GLOBAL | MEMBARRIER_PRIVATE | MEMBARRIER_REGISTER;
  if (command === 0) return supported;
  if (command & (command - 1) || (command & supported) !== command) return -EINVAL;
  const mm = task.mm!;
  if (command & MEMBARRIER_REGISTER) mm.barriers |= command >> 1;
  return command & MEMBARRIER_PRIVATE && !(mm.barriers & command) ? -EPERM : 0;
}

const REBOOT_MAGIC = 0xfee1_dead;
const REBOOT_MAGICS: readonly number[] = [672_274_793, 85_072_278, 369_367_448, 537_993_216];
const CAD_ON = 0x89ab_cdef;
const REBOOT_NOTE = 'Ctrl-Alt-Del is set; the machine ends with its first program: EPERM for all that would end it';

/** Linux 6.1 kernel/reboot.c */
function reboot(_kernel: Kernel, task: Task, magic: number, second: number, command: number): number {
  if (!capable(task.cred, CAP.sysBoot)) return -EPERM;
  if (magic !== REBOOT_MAGIC || !REBOOT_MAGICS.includes(second)) return -EINVAL;
  return command === CAD_ON || command === 0 ? 0 : -EPERM;
}

/** Linux 6.1 kernel/acct.c */
function acct(_kernel: Kernel, task: Task, path: number): number {
  if (!capable(task.cred, CAP.sysPacct)) return -EPERM;
  return path === 0 ? 0 : -ENOSYS;
}

/** Actions of syslog. Linux 6.1 include/linux/syslog.h */
const [LOG_READ, LOG_READ_ALL, LOG_READ_CLEAR, LOG_LEVEL, LOG_SIZE] = [2, 3, 4, 8, 10];
const LOG_BYTES = 1 << 17;

/** Linux 6.1 kernel/printk/printk.c: do_syslog */
function syslog(_kernel: Kernel, task: Task, action: number, buffer: number, length: number): number {
  const open = action === LOG_READ_ALL || action === LOG_SIZE;
  if (!open && !capable(task.cred, CAP.syslog) && !capable(task.cred, CAP.sysAdmin)) return -EPERM;
  if (action < 0 || action > LOG_SIZE) return -EINVAL;
  if (action >= LOG_READ && action <= LOG_READ_CLEAR && (buffer === 0 || length < 0)) return -EINVAL;
  if (action === LOG_LEVEL && (length < 1 || length > 8)) return -EINVAL;
  return action === LOG_SIZE ? LOG_BYTES : 0;
}

const ANY = ['ulong', 'ulong', 'ulong'] as const;

export const MISC_SYSCALLS: readonly SyscallDef[] = [
  full('getrandom', ['outbuf', 'size', 'flags'], getrandom),
  full('membarrier', ['int', 'flags', 'int'], membarrier),
  stub('seccomp', ANY, -EINVAL, 'no filters, as with CONFIG_SECCOMP off'),
  partial('reboot', ['ulong', 'ulong', 'ulong', 'ptr'], REBOOT_NOTE, reboot),
  partial('acct', ['ptr'], 'accounting can be turned off, which it is; ENOSYS for a file', acct),
  stub('vhangup', [], -EPERM, 'nothing here logs in'),
  stub('bpf', ANY, -EPERM, 'as an unprivileged caller sees it'),
  stub('perf_event_open', ANY, -EPERM, 'as an unprivileged caller sees it'),
  stub('init_module', ANY, -EPERM, 'no modules'),
  stub('finit_module', ANY, -EPERM, 'no modules'),
  stub('delete_module', ANY, -EPERM, 'no modules'),
  stub('swapon', ANY, -EPERM, "swap is the machine's (--swap)"),
  stub('swapoff', ANY, -EPERM, "swap is the machine's (--swap)"),
  stub('unshare', ['flags'], -EPERM, 'no name spaces'),
  stub('setns', ['fd', 'flags'], -EPERM, 'no name spaces'),
  stub('add_key', ANY, -ENOSYS, 'as with CONFIG_KEYS off'),
  stub('request_key', ANY, -ENOSYS, 'as with CONFIG_KEYS off'),
  stub('keyctl', ANY, -ENOSYS, 'as with CONFIG_KEYS off'),
  partial('syslog', ['int', 'ptr', 'int'], 'the log is empty: kernel messages go to the console', syslog),
  stub('vserver', [], -ENOSYS, 'never was in Linux'),
];
