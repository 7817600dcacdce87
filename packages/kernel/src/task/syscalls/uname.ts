/** uname and its ancestors, host and domain name, personality, sysinfo. */

import { PAGE_SIZE } from '@kml/core';
import { latin1String, StructWriter } from '../../abi/struct.ts';
import { EFAULT, EINVAL, EPERM } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { freeFrames } from '../../mm/frames.ts';
import { mmState } from '../../mm/state.ts';
import { copyIn, copyOut } from '../../mm/user-access.ts';
import { sysinfoLoads } from '../../sched/load-average.ts';
import { full, partial, type SyscallDef } from '../../syscalls/define.ts';
import { monotonicNs } from '../../time/clock.ts';
import type { Task } from '../../types.ts';
import { CAP, capable } from '../capabilities.ts';
import { KERNEL_RELEASE, KERNEL_VERSION } from '../release.ts';

/** Personality of programs that cannot read versions of two numbers, and what they are told. Linux 6.1 kernel/sys.c: override_release */
const UNAME26 = 0x002_0000;
const RELEASE_26 = '2.6.61';

/** Fields of `width` bytes each, NUL-filled. */
function utsname(kernel: Kernel, task: Task, width: number, domain: boolean): Uint8Array {
  const { state, abi } = kernel;
  const release = task.personality & UNAME26 ? RELEASE_26 : KERNEL_RELEASE;
  const fields = ['Linux', state.hostname, release, KERNEL_VERSION, abi.machine];
  if (domain) fields.push(state.domainname);
  const writer = new StructWriter(kernel, width * fields.length);
  fields.forEach((field, i) => {
    writer.at(i * width).text(field.slice(0, width - 1));
  });
  return writer.bytes;
}

function unameOf(width: number, domain: boolean) {
  return (kernel: Kernel, task: Task, address?: number): number =>
    copyOut(kernel, task, address!, utsname(kernel, task, width, domain)) ? 0 : -EFAULT;
}

function setName(kernel: Kernel, task: Task, address: number, length: number): string | number {
  if (!capable(task.cred, CAP.sysAdmin)) return -EPERM;
  if (length < 0 || length > 64) return -EINVAL;
  const bytes = copyIn(kernel, task, address, length);
  return bytes === undefined ? -EFAULT : latin1String(bytes).replace(/\0.*$/s, '');
}

/** Amounts are in pages, and the unit says so: swap may exceed 32 bits of bytes. */
function sysinfo(kernel: Kernel, task: Task, address: number): number {
  const { frames, swap } = mmState(kernel);
  const writer = new StructWriter(kernel, 64);
  writer.u32(Number(monotonicNs(kernel) / 1_000_000_000n));
  for (const load of sysinfoLoads(kernel)) writer.u32(load);
  // Total, free, shared and buffer memory; total and free swap.
  writer.u32(kernel.memory.frameCount).u32(freeFrames(kernel)).u32(0).u32(frames.cached);
  writer.u32(swap.limit).u32(swap.limit - swap.used);
  // Processes; high memory; unit.
  writer.u16(kernel.state.tasks.size).u16(0).u32(0).u32(0).u32(PAGE_SIZE);
  return copyOut(kernel, task, address, writer.bytes) ? 0 : -EFAULT;
}

export const UNAME_SYSCALLS: readonly SyscallDef[] = [
  full('uname', ['ptr'], unameOf(65, true)),
  full('olduname', ['ptr'], unameOf(65, false)),
  full('oldolduname', ['ptr'], unameOf(9, false)),
  full('sethostname', ['ptr', 'int'], (kernel, task, address, length) => {
    const name = setName(kernel, task, address!, length!);
    if (typeof name === 'number') return name;
    kernel.state.hostname = name;
    return 0;
  }),
  full('setdomainname', ['ptr', 'int'], (kernel, task, address, length) => {
    const name = setName(kernel, task, address!, length!);
    if (typeof name === 'number') return name;
    kernel.state.domainname = name;
    return 0;
  }),
  partial(
    'personality',
    ['ulong'],
    'READ_IMPLIES_EXEC and UNAME26 act; there is no randomisation to turn off, the other flags are kept',
    (_kernel, task, wanted) => {
      const old = task.personality;
      if (wanted !== 0xffff_ffff) task.personality = wanted!;
      return old;
    },
  ),
  full('sysinfo', ['ptr'], sysinfo),
];
