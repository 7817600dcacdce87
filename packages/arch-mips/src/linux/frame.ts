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
import { CAUSE_BD, STATUS_EXL, STATUS_IE, STATUS_USER } from '../isa/index.ts';
import { EMAXERRNO, SYSCALL_BASE } from './entry/constants.ts';
import { noteProgram } from './fp-mode.ts';
import { A3, PT, PT_SIZE, ptReg, RA, SP, V0 } from './pt-regs.ts';
import { restartPlace } from './rewrite.ts';

const NR_RESTART_SYSCALL = SYSCALL_BASE + 253;

export const frameAccess: LinuxAbi['frame'] = {
  pc: (kernel, frame) => kernelRead32(kernel, frame + PT.epc),
  setPc: (kernel, frame, value) => kernelWrite32(kernel, frame + PT.epc, value),
  sp: (kernel, frame) => kernelRead32(kernel, frame + ptReg(SP)),
  setSp: (kernel, frame, value) => kernelWrite32(kernel, frame + ptReg(SP), value),
  link: (kernel, frame) => kernelRead32(kernel, frame + ptReg(RA)),
  result(kernel, frame) {
    const value = kernelRead32(kernel, frame + ptReg(V0));
    return kernelRead32(kernel, frame + ptReg(A3)) !== 0 ? -value : value;
  },
  setResult(kernel, frame, value) {
    const failed = value < 0 && value >= -EMAXERRNO;
    kernelWrite32(kernel, frame + ptReg(V0), failed ? -value : value);
    kernelWrite32(kernel, frame + ptReg(A3), failed ? 1 : 0);
  },
  // Only a call that failed can be one to execute again: the entry code keeps its number then.
  syscall: (kernel, frame) => kernelRead32(kernel, frame + PT.r0) || -1,
  clearSyscall: (kernel, frame) => kernelWrite32(kernel, frame + PT.r0, 0),
  restart(kernel, frame, viaRestartSyscall) {
    const number = viaRestartSyscall ? NR_RESTART_SYSCALL : kernelRead32(kernel, frame + PT.r0);
    kernelWrite32(kernel, frame + ptReg(V0), number);
    kernelWrite32(kernel, frame + ptReg(A3), kernelRead32(kernel, frame + PT.r26));
    kernelWrite32(kernel, frame + PT.r0, 0);
    const inSlot = (kernelRead32(kernel, frame + PT.cause) & CAUSE_BD) !== 0;
    const pc = inSlot ? kernelRead32(kernel, frame + PT.r27) : kernelRead32(kernel, frame + PT.epc) - 4;
    kernelWrite32(kernel, frame + PT.epc, restartPlace(kernel, pc));
  },
  registers(kernel, frame) {
    const values: Record<string, number> = {};
    for (let n = 1; n < 32; n++) values[`r${n}`] = kernelRead32(kernel, frame + ptReg(n)) >>> 0;
    for (const name of ['status', 'lo', 'hi', 'badVAddr', 'cause'] as const) {
      values[name] = kernelRead32(kernel, frame + PT[name]) >>> 0;
    }
    values.pc = kernelRead32(kernel, frame + PT.epc) >>> 0;
    return values;
  },
};

/**
 * Whether a frame is of user code, also of a kernel-mode user process. One of the kernel's own code was made right below
 * its SP, as the entry code knows it by its privilege and by SP being in the kernel's stack.
 */
export function frameFromUser(kernel: Kernel, frame: number): boolean {
  const sp = kernelRead32(kernel, frame + ptReg(SP));
  return sp !== ((frame + PT_SIZE) | 0) || (kernelRead32(kernel, frame + PT.status) & STATUS_USER) !== 0;
}

/** LinuxAbi.startFrame. Linux 6.1 arch/mips/kernel/process.c: start_thread */
export function startFrame(kernel: Kernel, task: Task, frame: number, start: ProgramStart): void {
  kernelClear(kernel, frame, PT_SIZE);
  const privilege = start.kernelMode ? 0 : STATUS_USER;
  kernelWrite32(kernel, frame + PT.status, privilege | STATUS_EXL | STATUS_IE);
  kernelWrite32(kernel, frame + PT.epc, start.entry);
  kernelWrite32(kernel, frame + ptReg(SP), start.sp);
  kernelWrite32(kernel, frame + ptReg(RA), 0);
  noteProgram(task, start);
}

/** LinuxAbi.forkFrame. Linux 6.1 arch/mips/kernel/process.c: copy_thread */
export function forkFrame(kernel: Kernel, _child: Task, frame: number, sp: number): void {
  kernelWrite32(kernel, frame + PT.r0, 0);
  frameAccess.setResult(kernel, frame, 0);
  if (sp !== 0) kernelWrite32(kernel, frame + ptReg(SP), sp);
}
