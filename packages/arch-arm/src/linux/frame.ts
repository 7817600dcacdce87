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
import { PSR_M, PSR_T, SYS, USR } from '../isa/state.ts';
import { TI_RESTART, TI_SYSCALL } from './layout.ts';
import { PT, PT_SIZE } from './pt-regs.ts';

/** The thread_info below a frame: at the foot of the 8 KiB stack. */
export function threadInfo(frame: number): number {
  return ((frame >>> 13) << 13) >>> 0;
}

/** The frame's program counter as the CPU has it: with CPSR.T in bit 0. */
function programCounter(kernel: Kernel, frame: number): number {
  return kernelRead32(kernel, frame + PT.pc) | (isThumb(kernel, frame) ? 1 : 0);
}

/** Whether a frame is of T32 code. */
export function isThumb(kernel: Kernel, frame: number): boolean {
  return (kernelRead32(kernel, frame + PT.cpsr) & PSR_T) !== 0;
}

/** Bytes of the SVC behind which a system call's frame stands. */
function trapBytes(kernel: Kernel, frame: number): number {
  return isThumb(kernel, frame) ? 2 : 4;
}

/** Points a frame at code: bit 0 says which instruction set. */
export function setFramePc(kernel: Kernel, frame: number, value: number): void {
  const cpsr = kernelRead32(kernel, frame + PT.cpsr);
  kernelWrite32(kernel, frame + PT.cpsr, value & 1 ? cpsr | PSR_T : cpsr & ~PSR_T);
  kernelWrite32(kernel, frame + PT.pc, value & 1 ? value & ~1 : value & ~3);
}

export const frameAccess: LinuxAbi['frame'] = {
  pc: programCounter,
  setPc: setFramePc,
  sp: (kernel, frame) => kernelRead32(kernel, frame + PT.sp),
  setSp: (kernel, frame, value) => kernelWrite32(kernel, frame + PT.sp, value),
  link: (kernel, frame) => kernelRead32(kernel, frame + PT.lr),
  result: (kernel, frame) => kernelRead32(kernel, frame + PT.r0),
  setResult: (kernel, frame, value) => kernelWrite32(kernel, frame + PT.r0, value),
  syscall: (kernel, frame) => kernelRead32(kernel, threadInfo(frame) + TI_SYSCALL),
  clearSyscall: (kernel, frame) => kernelWrite32(kernel, threadInfo(frame) + TI_SYSCALL, -1),
  // r7 is the program's and stays: restart_syscall is made by the exit code, without a trap.
  restart(kernel, frame, viaRestartSyscall) {
    kernelWrite32(kernel, frame + PT.r0, kernelRead32(kernel, frame + PT.origR0));
    if (viaRestartSyscall) kernelWrite32(kernel, threadInfo(frame) + TI_RESTART, 1);
    else kernelWrite32(kernel, frame + PT.pc, kernelRead32(kernel, frame + PT.pc) - trapBytes(kernel, frame));
  },
  registers(kernel, frame) {
    const values: Record<string, number> = {};
    for (const [name, offset] of Object.entries(PT)) values[name] = kernelRead32(kernel, frame + offset) >>> 0;
    return values;
  },
};

/** Whether a frame is of user code: USR mode, or SYS mode, in which only kernel-mode user processes run. */
export function frameFromUser(kernel: Kernel, frame: number): boolean {
  const mode = kernelRead32(kernel, frame + PT.cpsr) & PSR_M;
  return mode === USR || mode === SYS;
}

/** The mode that a task's own code runs in. */
export function userMode(task: Task): number {
  return task.kernelMode ? SYS : USR;
}

/** LinuxAbi.startFrame. Linux 6.1 arch/arm/include/asm/processor.h: start_thread */
export function startFrame(kernel: Kernel, task: Task, frame: number, start: ProgramStart): void {
  kernelClear(kernel, frame, PT_SIZE);
  kernelWrite32(kernel, frame + PT.cpsr, userMode(task));
  kernelWrite32(kernel, frame + PT.sp, start.sp);
  setFramePc(kernel, frame, start.entry);
  frameAccess.clearSyscall(kernel, frame);
  kernelWrite32(kernel, threadInfo(frame) + TI_RESTART, 0);
}

/** LinuxAbi.forkFrame. */
export function forkFrame(kernel: Kernel, _child: Task, frame: number, sp: number): void {
  kernelWrite32(kernel, frame + PT.r0, 0);
  if (sp !== 0) kernelWrite32(kernel, frame + PT.sp, sp);
  frameAccess.clearSyscall(kernel, frame);
  kernelWrite32(kernel, threadInfo(frame) + TI_RESTART, 0);
}
