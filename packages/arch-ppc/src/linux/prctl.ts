import {
  EFAULT,
  EINVAL,
  type Kernel,
  kernelRead32,
  kernelWrite32,
  setWork,
  type Task,
  TIF_NOTIFY,
  writeWord,
} from '@kml/kernel';
import { MSR_FE0, MSR_FE1 } from '../isa/state.ts';
import { stackTop } from './context.ts';
import { PT, PT_SIZE } from './pt-regs.ts';

/** Linux 6.1 include/uapi/linux/prctl.h */
const PR_GET_UNALIGN = 5;
const PR_SET_UNALIGN = 6;
const PR_GET_FPEXC = 11;
const PR_SET_FPEXC = 12;
const PR_GET_ENDIAN = 19;
const PR_SET_ENDIAN = 20;
const PR_FP_EXC_PRECISE = 3;
const PR_UNALIGN_SIGBUS = 2;
const PR_ENDIAN_BIG = 0;

/** Where a task's floating-point exception mode is: two bits of MSR in its frame. */
const msrAddress = (task: Task): number => stackTop(task) - PT_SIZE + PT.msr;

function floatMode(kernel: Kernel, task: Task): number {
  const msr = kernelRead32(kernel, msrAddress(task));
  return (msr & MSR_FE0 ? 2 : 0) | (msr & MSR_FE1 ? 1 : 0);
}

function setFloatMode(kernel: Kernel, task: Task, mode: number): number {
  if (mode > PR_FP_EXC_PRECISE) return -EINVAL;
  const msr = kernelRead32(kernel, msrAddress(task)) & ~(MSR_FE0 | MSR_FE1);
  kernelWrite32(kernel, msrAddress(task), msr | (mode & 2 ? MSR_FE0 : 0) | (mode & 1 ? MSR_FE1 : 0));
  // Only the way out through the whole frame loads MSR: a direct call has another.
  setWork(kernel, task, TIF_NOTIFY);
  return 0;
}

const put = (kernel: Kernel, task: Task, address: number, value: number): number =>
  writeWord(kernel, task, address, value) ? 0 : -EFAULT;

/** LinuxAbi.prctl. What is said about unaligned accesses is kept; the CPU makes them all. Linux 6.1 arch/powerpc/kernel/process.c */
export function prctl(kernel: Kernel, task: Task, option: number, second: number): number | undefined {
  switch (option) {
    case PR_GET_UNALIGN:
      return put(kernel, task, second, task.arch.unalign === PR_UNALIGN_SIGBUS ? PR_UNALIGN_SIGBUS : 0);
    case PR_SET_UNALIGN:
      task.arch.unalign = second;
      return 0;
    case PR_GET_FPEXC:
      return put(kernel, task, second, floatMode(kernel, task));
    case PR_SET_FPEXC:
      return setFloatMode(kernel, task, second);
    case PR_GET_ENDIAN:
      return put(kernel, task, second, PR_ENDIAN_BIG);
    case PR_SET_ENDIAN:
      return second === PR_ENDIAN_BIG ? 0 : -EINVAL;
    default:
      return undefined;
  }
}
