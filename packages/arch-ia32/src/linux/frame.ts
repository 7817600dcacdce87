/** The register frame (struct pt_regs) on a task's kernel stack, as the kernel asks for it. */
import {
  type Kernel,
  kernelRead32,
  kernelWrite32,
  kernelWriteWords,
  type LinuxAbi,
  type ProgramStart,
  type Task,
} from '@kml/kernel';
import { FLAG_IF, FLAG_ONE, FLAG_TF } from '../isa/system/eflags.ts';
import { clearDebugRegisters } from './debug-registers.ts';
import { KERNEL_DS, KERNEL_PERCPU, KU_CS_EXCEPTION, PT, PT_SIZE, USER_CS, USER_DS } from './pt-regs.ts';

/** Bytes of `int $0x80`, which lies before every place a system call returns to. */
const TRAP_BYTES = 2;
const NR_RESTART_SYSCALL = 0;

export const frameAccess: LinuxAbi['frame'] = {
  pc: (kernel, frame) => kernelRead32(kernel, frame + PT.eip),
  setPc: (kernel, frame, value) => kernelWrite32(kernel, frame + PT.eip, value),
  sp: (kernel, frame) => kernelRead32(kernel, frame + PT.esp),
  setSp: (kernel, frame, value) => kernelWrite32(kernel, frame + PT.esp, value),
  result: (kernel, frame) => kernelRead32(kernel, frame + PT.eax),
  setResult: (kernel, frame, value) => kernelWrite32(kernel, frame + PT.eax, value),
  syscall: (kernel, frame) => kernelRead32(kernel, frame + PT.origEax),
  clearSyscall: (kernel, frame) => kernelWrite32(kernel, frame + PT.origEax, -1),
  restart(kernel, frame, viaRestartSyscall) {
    const number = viaRestartSyscall ? NR_RESTART_SYSCALL : kernelRead32(kernel, frame + PT.origEax);
    kernelWrite32(kernel, frame + PT.eax, number);
    kernelWrite32(kernel, frame + PT.eip, kernelRead32(kernel, frame + PT.eip) - TRAP_BYTES);
  },
  registers(kernel, frame) {
    const values: Record<string, number> = {};
    for (const [name, offset] of Object.entries(PT)) values[name] = kernelRead32(kernel, frame + offset) >>> 0;
    return values;
  },
};

/** Whether a frame is of user code: a kernel-mode user process's CS carries the user's RPL in its marker. */
export function frameFromUser(kernel: Kernel, frame: number): boolean {
  return (kernelRead32(kernel, frame + PT.cs) & 3) === 3;
}

/** A frame on its way to guest memory. */
const startWords: number[] = new Array(PT_SIZE >> 2).fill(0);

/** LinuxAbi.startFrame. Linux 6.1 arch/x86/kernel/process_32.c: start_thread; KML: start_kernel_thread */
export function startFrame(kernel: Kernel, _task: Task, frame: number, start: ProgramStart): void {
  const { kernelMode } = start;
  startWords[PT.ds >> 2] = USER_DS;
  startWords[PT.es >> 2] = USER_DS;
  startWords[PT.fs >> 2] = kernelMode ? KERNEL_PERCPU : 0;
  startWords[PT.origEax >> 2] = -1;
  startWords[PT.eip >> 2] = start.entry;
  startWords[PT.cs >> 2] = kernelMode ? KU_CS_EXCEPTION : USER_CS;
  startWords[PT.eflags >> 2] = FLAG_IF | FLAG_ONE;
  startWords[PT.esp >> 2] = start.sp;
  startWords[PT.ss >> 2] = kernelMode ? KERNEL_DS : USER_DS;
  kernelWriteWords(kernel, frame, startWords);
}

/** A new task is not stepped, whatever its parent is. Linux 6.1 kernel/fork.c: copy_process */
function stopStepping(kernel: Kernel, child: Task, frame: number): void {
  clearDebugRegisters(child);
  if (child.arch.forcedTf !== true) return;
  child.arch.forcedTf = false;
  kernelWrite32(kernel, frame + PT.eflags, kernelRead32(kernel, frame + PT.eflags) & ~FLAG_TF);
}

/** LinuxAbi.forkFrame. */
export function forkFrame(kernel: Kernel, child: Task, frame: number, sp: number): void {
  stopStepping(kernel, child, frame);
  kernelWrite32(kernel, frame + PT.eax, 0);
  if (sp !== 0) kernelWrite32(kernel, frame + PT.esp, sp);
}
