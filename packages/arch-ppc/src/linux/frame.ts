/** The register frame (struct pt_regs) on a task's kernel stack, as the kernel asks for it. */
import {
  type Kernel,
  kernelClear,
  kernelRead32,
  kernelWrite32,
  type LinuxAbi,
  type ProgramStart,
  type Task,
} from '@kml/kernel';
import { MSR_SE } from '../isa/state.ts';
import { stackTop } from './context.ts';
import { programMsr } from './msr.ts';
import { CR0_SO, PT, PT_SIZE, TRAP_NO_RESTART, TRAP_SYSCALL } from './pt-regs.ts';

/** Bytes of `sc`, which lies before every place a system call returns to. */
const TRAP_BYTES = 4;
const NR_RESTART_SYSCALL = 0;
const MAX_ERRNO = 4095;

/** Whether the frame is of a system call that may be restarted. */
const inSyscall = (kernel: Kernel, frame: number): boolean => kernelRead32(kernel, frame + PT.trap) === TRAP_SYSCALL;

/** The frame's system call is over: there is no result to store, nothing to restart. Linux: set_trap_norestart */
export function endSyscall(kernel: Kernel, frame: number): void {
  kernelWrite32(kernel, frame + PT.trap, kernelRead32(kernel, frame + PT.trap) | TRAP_NO_RESTART);
}

export const frameAccess: LinuxAbi['frame'] = {
  pc: (kernel, frame) => kernelRead32(kernel, frame + PT.nip),
  setPc: (kernel, frame, value) => kernelWrite32(kernel, frame + PT.nip, value),
  sp: (kernel, frame) => kernelRead32(kernel, frame + PT.r1),
  setSp: (kernel, frame, value) => kernelWrite32(kernel, frame + PT.r1, value),
  link: (kernel, frame) => kernelRead32(kernel, frame + PT.link),
  // A failed call's errno is positive, with CR0.SO set.
  result(kernel, frame) {
    const value = kernelRead32(kernel, frame + PT.r3);
    return inSyscall(kernel, frame) && kernelRead32(kernel, frame + PT.ccr) & CR0_SO ? -value : value;
  },
  setResult(kernel, frame, value) {
    const failed = value < 0 && value >= -MAX_ERRNO;
    const ccr = kernelRead32(kernel, frame + PT.ccr) & ~CR0_SO;
    kernelWrite32(kernel, frame + PT.ccr, failed ? ccr | CR0_SO : ccr);
    kernelWrite32(kernel, frame + PT.r3, failed ? -value : value);
  },
  syscall: (kernel, frame) => (inSyscall(kernel, frame) ? kernelRead32(kernel, frame + PT.r0) : -1),
  clearSyscall: endSyscall,
  // Linux 6.1 arch/powerpc/kernel/signal.c: check_syscall_restart
  restart(kernel, frame, viaRestartSyscall) {
    if (viaRestartSyscall) kernelWrite32(kernel, frame + PT.r0, NR_RESTART_SYSCALL);
    kernelWrite32(kernel, frame + PT.r3, kernelRead32(kernel, frame + PT.origR3));
    kernelWrite32(kernel, frame + PT.nip, kernelRead32(kernel, frame + PT.nip) - TRAP_BYTES);
    kernelWrite32(kernel, frame + PT.result, 0);
    endSyscall(kernel, frame);
  },
  registers(kernel, frame) {
    const values: Record<string, number> = {};
    for (const [name, offset] of Object.entries(PT)) values[name] = kernelRead32(kernel, frame + offset) >>> 0;
    return values;
  },
};

/** Whether a frame is of user code: those lie at the top of the kernel stack, frames of interrupted kernel text below. */
export function frameFromUser(kernel: Kernel, frame: number): boolean {
  return frame >>> 0 === (stackTop(kernel.state.current!) - PT_SIZE) >>> 0;
}

/** LinuxAbi.startFrame. Linux 6.1 arch/powerpc/kernel/process.c: start_thread */
export function startFrame(kernel: Kernel, _task: Task, frame: number, start: ProgramStart): void {
  kernelClear(kernel, frame, PT_SIZE);
  kernelWrite32(kernel, frame + PT.nip, start.entry);
  kernelWrite32(kernel, frame + PT.r1, start.sp);
  kernelWrite32(kernel, frame + PT.msr, programMsr(start.kernelMode));
}

/** LinuxAbi.forkFrame. */
export function forkFrame(kernel: Kernel, _child: Task, frame: number, sp: number): void {
  kernelWrite32(kernel, frame + PT.r3, 0);
  // A new task is not stepped, whatever its parent is.
  kernelWrite32(kernel, frame + PT.msr, kernelRead32(kernel, frame + PT.msr) & ~MSR_SE);
  if (sp !== 0) kernelWrite32(kernel, frame + PT.r1, sp);
}

/** LinuxAbi.setTls: r2 is the thread pointer. The child's frame is there already. */
export function setTls(kernel: Kernel, task: Task, argument: number): number {
  kernelWrite32(kernel, stackTop(task) - PT_SIZE + PT.r2, argument);
  return 0;
}
