/**
 * Which floating point register model a program wants: 16 pairs (Status.FR = 0) or 32 registers of 64
 * bits (FR = 1). Linux 6.1 arch/mips/kernel/elf.c: arch_check_elf, mips_set_personality_fp
 */
import { EOPNOTSUPP, type Kernel, type ProgramMarks, type ProgramStart, type Task } from '@kml/kernel';
import { FCSR_ABS2008, FCSR_NAN2008 } from '../isa/index.ts';
import { switchTo } from './context.ts';

/** All bits that nanMode may give. */
export const NAN_BITS = FCSR_NAN2008 | FCSR_ABS2008;

/** Program header of .MIPS.abiflags. */
export const PT_MIPS_ABIFLAGS = 0x7000_0003;
/** Offset of fp_abi in an Elf_MIPS_ABIFlags_v0. */
const FP_ABI = 7;
/** e_flags: the old way to say "64-bit registers". */
const EF_MIPS_FP64 = 0x200;

/** Values of fp_abi. */
const [FP_ANY, FP_XX, FP_64, FP_64A] = [0, 5, 6, 7] as const;

/** What one file can run under: FR = 0, FR = 1. */
interface Accepts {
  readonly fr0: boolean;
  readonly fr1: boolean;
}

function accepts({ flags, segment }: ProgramMarks): Accepts {
  if (flags & EF_MIPS_FP64) return { fr0: false, fr1: true };
  const abi = segment === undefined || segment.length <= FP_ABI ? undefined : segment[FP_ABI];
  switch (abi) {
    case FP_ANY:
    case FP_XX:
      return { fr0: true, fr1: true };
    case FP_64:
    case FP_64A:
      return { fr0: false, fr1: true };
    default:
      return { fr0: true, fr1: false };
  }
}

/** e_flags: NaNs as IEEE 754-2008 has them. */
const EF_MIPS_NAN2008 = 0x400;

/** Keeps with the task what its new program wants: FR = 1 where everything in it takes that, the program's own NaNs. */
export function noteProgram(task: Task, start: ProgramStart): void {
  task.arch.fr = start.marks?.every((marks) => accepts(marks).fr1) === true;
  task.arch.nan2008 = ((start.marks?.[0]?.flags ?? 0) & EF_MIPS_NAN2008) !== 0;
}

/** Bits of FCSR that the task's program has always: which NaNs are quiet, what ABS and NEG do. */
export function nanMode(task: Task): number {
  return task.arch.nan2008 === true ? NAN_BITS : 0;
}

/** Whether the task runs with FR = 1. */
export function usesFr(task: Task): boolean {
  return task.arch.fr === true;
}

/** prctl options and mode bits. Linux 6.1 include/uapi/linux/prctl.h */
const PR_SET_FP_MODE = 45;
const PR_GET_FP_MODE = 46;
const PR_FP_MODE_FR = 1;

/** LinuxAbi.prctl. All threads change together. Linux 6.1 arch/mips/kernel/process.c: mips_set_process_fp_mode */
export function prctl(kernel: Kernel, task: Task, option: number, mode: number): number | undefined {
  if (option === PR_GET_FP_MODE) return usesFr(task) ? PR_FP_MODE_FR : 0;
  if (option !== PR_SET_FP_MODE) return undefined;
  if (mode & ~PR_FP_MODE_FR) return -EOPNOTSUPP;
  for (const thread of task.group.tasks) thread.arch.fr = (mode & PR_FP_MODE_FR) !== 0;
  switchTo(kernel, task);
  return 0;
}
