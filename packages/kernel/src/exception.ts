import type { Kernel } from './kernel.ts';
import type { KernelException } from './linux-abi.ts';
import { handlePageFault } from './mm/fault.ts';
import { describeCode } from './report/describe.ts';
import { oops } from './report/oops.ts';
import { fixupRewriting, patchKnownSites } from './rewrite/sites.ts';
import { SIGILL } from './signal/numbers.ts';
import { forceSignal, sigInfo } from './signal/send.ts';
import type { Task } from './types.ts';

/** An exception of the current task. The task may have ended afterwards. */
export function takeException(kernel: Kernel, task: Task): void {
  const exception = kernel.abi.readException(kernel);
  if (exception.fromUser && fixupRewriting(kernel, task, exception)) return;
  if (exception.cause.kind === 'page') pageFault(kernel, task, exception);
  else if (exception.cause.kind === 'none') return;
  else if (!exception.fromUser) kernelFault(kernel, task, exception);
  else raise(kernel, task, exception);
}

function pageFault(kernel: Kernel, task: Task, exception: KernelException): void {
  const { cause, fromUser } = exception;
  if (cause.kind !== 'page') return;
  kernel.engine.addCycles(kernel.work.pageFault);
  const inKernel = cause.address >>> 0 >= kernel.abi.taskSize;
  // A kernel-mode program has the privilege, but kernel text stays read-only: no handler is asked.
  if (inKernel && task.kernelMode && cause.present && cause.access === 'write') {
    oops(kernel, task, exception);
    return;
  }
  const signal = handlePageFault(kernel, task, cause.address, cause.access);
  if (signal === 0) {
    // The access is made again: its translation is there then, as after Linux's update_mmu_cache.
    if (fromUser && task.mm !== undefined)
      kernel.mmu.probe(task.mm.space, cause.address, cause.access, task.kernelMode);
    if (task.mm?.rewrite !== undefined) patchKnownSites(kernel, task.mm, cause.address >>> 0);
    return;
  }
  if (fromUser) forceSignal(kernel, task, signal);
  else kernelFault(kernel, task, exception);
}

/** A fault of kernel text: one that it is prepared for, or an oops. */
function kernelFault(kernel: Kernel, task: Task, exception: KernelException): void {
  if (!kernel.abi.fixupException?.(kernel, exception)) oops(kernel, task, exception);
}

function raise(kernel: Kernel, task: Task, exception: KernelException): void {
  const { cause, frame } = exception;
  if (cause.kind !== 'signal') return;
  if (cause.signo === SIGILL) {
    const code = describeCode(kernel, kernel.abi.frame.pc(kernel, frame));
    kernel.host.log.info({ pid: task.tid, comm: task.comm, code }, 'illegal instruction');
  }
  forceSignal(kernel, task, sigInfo(cause.signo, { code: cause.code, addr: cause.address }));
}
