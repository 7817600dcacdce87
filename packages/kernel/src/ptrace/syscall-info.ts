import { StructWriter } from '../abi/struct.ts';
import { EFAULT } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { copyOut } from '../mm/user-access.ts';
import { SIGTRAP } from '../signal/numbers.ts';
import { frameAddress } from '../task/thread-info.ts';
import type { Task } from '../types.ts';
import { MESSAGE_ENTRY, MESSAGE_EXIT } from './numbers.ts';

/** struct ptrace_syscall_info: op, and the bytes there are for each. */
const [NONE, ENTRY, EXIT] = [0, 1, 2] as const;
const BYTES = { [NONE]: 24, [ENTRY]: 80, [EXIT]: 33 } as const;
const MAX_ERRNO = 4095;

function stopKind(task: Task): 0 | 1 | 2 {
  if (task.tracedStop?.info?.code !== (SIGTRAP | 0x80)) return NONE;
  if (task.tracing?.message === MESSAGE_ENTRY) return ENTRY;
  return task.tracing?.message === MESSAGE_EXIT ? EXIT : NONE;
}

/** PTRACE_GET_SYSCALL_INFO: the bytes there would be. Linux 6.1 kernel/ptrace.c: ptrace_get_syscall_info */
export function syscallInfo(kernel: Kernel, tracer: Task, task: Task, room: number, address: number): number {
  const { abi } = kernel;
  const frame = frameAddress(kernel, task);
  const op = stopKind(task);
  const out = new StructWriter(kernel, 88);
  const word = (value: number) => out.u64(value >>> 0);
  out.u8(op).skip(3).u32(abi.debug.auditArch);
  // Bits below the alignment say how the code runs.
  word(abi.frame.pc(kernel, frame) & -abi.isa.instructionAlign);
  word(abi.frame.sp(kernel, frame));
  if (op === ENTRY) {
    const { number, args } = abi.debug.callAtEntry(kernel, task);
    out.u64(number);
    for (const value of args) word(value);
  } else if (op === EXIT) {
    const result = abi.frame.result(kernel, frame) | 0;
    const failed = result < 0 && result >= -MAX_ERRNO;
    out.u64(result).u8(failed ? 1 : 0);
  }
  const length = BYTES[op];
  return copyOut(kernel, tracer, address, out.bytes.subarray(0, Math.min(length, room))) ? length : -EFAULT;
}
