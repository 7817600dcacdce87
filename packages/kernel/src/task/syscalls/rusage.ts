/** getrusage, times. */
import { StructWriter } from '../../abi/struct.ts';
import { EFAULT, EINVAL } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyOut } from '../../mm/user-access.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import { monotonicNs } from '../../time/clock.ts';
import type { Task } from '../../types.ts';
import { childrenRusage, encodeRusage, ownRusage, threadRusage } from '../rusage.ts';
import { cyclesToTicks, groupTimes, USER_HZ } from '../times.ts';

function getrusage(kernel: Kernel, task: Task, who: number, address: number): number {
  let usage: ReturnType<typeof threadRusage>;
  if (who === 0) usage = ownRusage(kernel, task.group);
  else if (who === -1) usage = childrenRusage(task.group);
  else if (who === 1) usage = threadRusage(task);
  else return -EINVAL;
  return copyOut(kernel, task, address, encodeRusage(kernel, usage)) ? 0 : -EFAULT;
}

function times(kernel: Kernel, task: Task, address: number): number {
  const { group } = task;
  const own = groupTimes(kernel, group);
  if (address !== 0) {
    const writer = new StructWriter(kernel, 16).u32(own.userTicks).u32(own.systemTicks);
    writer.u32(cyclesToTicks(kernel, group.childUserCycles)).u32(cyclesToTicks(kernel, group.childSystemCycles));
    if (!copyOut(kernel, task, address, writer.bytes)) return -EFAULT;
  }
  // Ticks since boot; kept positive, so that no libc takes it for an error.
  return Number((monotonicNs(kernel) / (1_000_000_000n / BigInt(USER_HZ))) & 0x7fff_ffffn);
}

export const RUSAGE_SYSCALLS: readonly SyscallDef[] = [
  full('getrusage', ['int', 'ptr'], getrusage),
  full('times', ['ptr'], times),
];
