/** Calls that belong to no subsystem: getrandom, membarrier, and those this kernel answers without doing anything. */
import { EFAULT, EINVAL, ENOSYS, EPERM } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { copyOut } from '../mm/user-access.ts';
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

/** One CPU: every barrier is in effect already. */
function membarrier(_kernel: Kernel, _task: Task, command: number, flags: number): number {
  if (flags !== 0) return -EINVAL;
  const supported = 1 | 2 | 4 | 8 | 16;
  if (command === 0) return supported;
  return (command & (command - 1)) === 0 && (command & supported) === command ? 0 : -EINVAL;
}

const ANY = ['ulong', 'ulong', 'ulong'] as const;

export const MISC_SYSCALLS: readonly SyscallDef[] = [
  full('getrandom', ['outbuf', 'size', 'flags'], getrandom),
  partial('membarrier', ['int', 'flags', 'int'], 'one CPU: nothing to do', membarrier),
  stub(
    'rseq',
    ['ptr', 'uint', 'flags', 'uint'],
    -ENOSYS,
    'restartable sequences are not in this kernel; libcs do without',
  ),
  stub('seccomp', ANY, -EINVAL, 'no filters, as with CONFIG_SECCOMP off'),
  stub('reboot', ANY, -EPERM, 'the machine ends with its first program'),
  stub('acct', ['ptr'], -ENOSYS, 'as with CONFIG_BSD_PROCESS_ACCT off'),
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
  stub('syslog', ['int', 'ptr', 'int'], -EPERM, 'kernel messages go to the console'),
  stub('vserver', [], -ENOSYS, 'never was in Linux'),
];
