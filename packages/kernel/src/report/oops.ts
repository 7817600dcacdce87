import type { Kernel } from '../kernel.ts';
import type { KernelException } from '../linux-abi.ts';
import { SIGSEGV } from '../signal/numbers.ts';
import { exitGroup } from '../task/exit.ts';
import type { Task } from '../types.ts';
import { backtrace } from './backtrace.ts';
import { hex32, printKernel } from './console.ts';
import { describeCode, describeRegisters, symbolAt } from './describe.ts';
import { panic } from './panic.ts';

/** One line on what happened, as Linux begins an oops. */
function headline(exception: KernelException): string[] {
  const { cause } = exception;
  if (cause.kind === 'none') return [];
  if (cause.kind !== 'page') return [`${cause.name}: kernel code raised signal ${cause.signo}`];
  const what = cause.access === 'execute' ? 'instruction fetch' : `${cause.access} access`;
  const why = cause.present ? 'permissions violation' : 'not-present page';
  return [
    `BUG: unable to handle page fault for address: ${hex32(cause.address)}`,
    `#PF: supervisor ${what} in kernel mode - ${why}`,
  ];
}

/**
 * Trouble at kernel privilege that is one task's fault: reported on the console, and its process dies
 * as by SIGSEGV; where no task can be blamed, a panic. The caller gives the CPU away.
 * Linux 6.1 arch/x86/mm/fault.c: page_fault_oops; arch/x86/kernel/dumpstack.c: oops_end
 */
export function oops(kernel: Kernel, task: Task, exception: KernelException): void {
  const { frame } = kernel.abi;
  const pc = frame.pc(kernel, exception.frame);
  if (task === kernel.state.sched.idle) {
    panic(kernel, `fault in the idle task: ${headline(exception).join('; ')}`);
    return;
  }
  const stack = exception.fromUser ? frame.sp(kernel, exception.frame) : exception.frame + kernel.abi.frameBytes;
  const calls = backtrace(kernel, stack, frame.link?.(kernel, exception.frame));
  printKernel(kernel, [
    ...headline(exception),
    'Oops:',
    `CPU: 0 PID: ${task.group.pid} Comm: ${task.comm}`,
    `PC: ${symbolAt(kernel, pc)}`,
    `Code: ${describeCode(kernel, pc)}`,
    ...describeRegisters(frame.registers(kernel, exception.frame)),
    ...(calls.length > 0 ? ['Call trace:', ...calls] : []),
    '---[ end trace ]---',
  ]);
  kernel.host.log.warn({ pid: task.group.pid, comm: task.comm, pc: hex32(pc) }, 'kernel oops');
  exitGroup(kernel, task, SIGSEGV);
}

/** A kernel call made with a state no entry code has: the process that jumped there dies. */
export function badKernelCall(kernel: Kernel, task: Task, number: number, why: string): void {
  if (task === kernel.state.sched.idle) {
    panic(kernel, `bad kernel call 0x${number.toString(16)}: ${why}`);
    return;
  }
  printKernel(kernel, [
    `BUG: bad kernel call 0x${number.toString(16)}: ${why}`,
    `CPU: 0 PID: ${task.group.pid} Comm: ${task.comm}`,
    `PC: ${symbolAt(kernel, kernel.cpu.pc)}`,
    '---[ end trace ]---',
  ]);
  exitGroup(kernel, task, SIGSEGV);
}
