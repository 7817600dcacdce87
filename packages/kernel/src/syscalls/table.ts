import { FS_SYSCALLS } from '../fs/syscalls.ts';
import { IPC_SYSCALLS } from '../ipc/syscalls.ts';
import type { Kernel } from '../kernel.ts';
import type { LinuxAbi } from '../linux-abi.ts';
import { MM_SYSCALLS } from '../mm/syscalls.ts';
import { PTRACE_SYSCALLS } from '../ptrace/rows.ts';
import { SCHED_SYSCALLS } from '../sched/syscalls.ts';
import { SIGNAL_SYSCALLS } from '../signal/syscalls.ts';
import { TASK_SYSCALLS } from '../task/syscalls.ts';
import { TIME_SYSCALLS } from '../time/syscalls.ts';
import type { SyscallDef } from './define.ts';
import { MISC_SYSCALLS } from './misc.ts';
import { workOf } from './work-cost.ts';

/** Every row the kernel has, whatever the ABI. */
export const SYSCALLS: readonly SyscallDef[] = [
  ...TASK_SYSCALLS,
  ...SIGNAL_SYSCALLS,
  ...SCHED_SYSCALLS,
  ...TIME_SYSCALLS,
  ...IPC_SYSCALLS,
  ...MM_SYSCALLS,
  ...FS_SYSCALLS,
  ...PTRACE_SYSCALLS,
  ...MISC_SYSCALLS,
];

/**
 * Rows of an ABI that never had 16-bit user and group ids: getuid is what i386 calls getuid32, and so
 * on. To be put among its private calls.
 */
export function wideIdCalls(): SyscallDef[] {
  return SYSCALLS.filter(({ name }) => name.endsWith('32')).map((row) => ({ ...row, name: row.name.slice(0, -2) }));
}

/** Rows by number for an ABI: its private rows come before the kernel's of the same name, and `work` before what calls cost otherwise, which is `scale` times the reference. */
export function syscallTable(
  abi: Pick<LinuxAbi, 'syscallNumbers' | 'privateSyscalls'>,
  work: Readonly<Record<string, number>> = {},
  scale = 1,
): (SyscallDef | undefined)[] {
  const byName = new Map<string, SyscallDef>();
  for (const row of SYSCALLS) {
    if (byName.has(row.name)) throw new TypeError(`two rows for system call ${row.name}`);
    byName.set(row.name, row);
  }
  for (const row of abi.privateSyscalls) byName.set(row.name, row);
  const table: (SyscallDef | undefined)[] = [];
  for (const [number, name] of abi.syscallNumbers) {
    const row = byName.get(name);
    if (row !== undefined) table[number] = { ...row, work: row.work ?? work[name] ?? workOf(name, scale) };
  }
  return table;
}

/** How often each system call was made, by name. */
export function syscallCounts(kernel: Kernel): Map<string, number> {
  const counts = new Map<string, number>();
  kernel.state.counters.calls.forEach((count, number) => {
    const name = kernel.syscalls[number]?.name;
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + count);
  });
  return counts;
}
