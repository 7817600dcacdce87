/** System calls that only i386 has. */
import { CAP, capable, EINVAL, ENOSYS, EPERM, full, type Kernel, type SyscallDef, stub, type Task } from '@kml/kernel';
import { loadIoMap } from './context.ts';
import { modifyLdt } from './ldt.ts';
import { getThreadArea, refreshCpu, setThreadArea } from './tls.ts';

/** iopl(2): port access for all ports; CLI and STI stay refused. Linux 6.1 arch/x86/kernel/ioport.c */
function iopl(kernel: Kernel, task: Task, level: number): number {
  const old = typeof task.arch.iopl === 'number' ? task.arch.iopl : 0;
  if (level >>> 0 > 3) return -EINVAL;
  if (level > old && !capable(task.cred, CAP.sysRawio)) return -EPERM;
  task.arch.iopl = level;
  loadIoMap(kernel, task);
  return 0;
}

function setArea(kernel: Kernel, task: Task, address: number): number {
  const result = setThreadArea(kernel, task, task, address, true);
  if (result === 0) refreshCpu(kernel, task);
  return result;
}

export const PRIVATE_SYSCALLS: readonly SyscallDef[] = [
  full('set_thread_area', ['ptr'], setArea),
  full('get_thread_area', ['ptr'], getThreadArea),
  full('modify_ldt', ['int', 'ptr', 'ulong'], modifyLdt),
  full('iopl', ['uint'], iopl),
  stub('ioperm', ['ulong', 'ulong', 'int'], -EPERM, 'there is no device behind any port'),
  stub('arch_prctl', ['int', 'ulong'], -EINVAL, 'none of its options exists on 32-bit'),
  stub('vm86', ['ulong', 'ulong'], -ENOSYS, 'virtual-8086 mode does not exist here'),
  stub('vm86old', ['ptr'], -ENOSYS, 'virtual-8086 mode does not exist here'),
];
