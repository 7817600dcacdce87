/**
 * Restartable sequences: code that must not be interrupted on its way, and starts anew at its abort
 * handler if it was, by another task or a signal. Linux 6.1 kernel/rseq.c
 */
import { StructReader, StructWriter } from '../abi/struct.ts';
import { EBUSY, EFAULT, EINVAL, EPERM } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { copyIn, copyOut, readWord } from '../mm/user-access.ts';
import { SIGSEGV } from '../signal/numbers.ts';
import { forceSegv } from '../signal/send.ts';
import { full, type SyscallDef } from '../syscalls/define.ts';
import { frameAddress } from '../task/thread-info.ts';
import type { Task } from '../types.ts';

/** What a thread has registered: plain data of Task. */
export interface RseqArea {
  address: number;
  /** The word that stands in front of every abort handler. */
  signature: number;
}

const AREA_BYTES = 32;
const UNREGISTER = 1;
/** cpu_id of an area that is not in use. */
const UNINITIALIZED = 0xffff_ffff;
/** In struct rseq: the descriptor of the sequence that is under way. */
const SEQUENCE_AT = 8;
const SEQUENCE_BYTES = 32;

function rseq(kernel: Kernel, task: Task, address: number, length: number, flags: number, signature: number): number {
  const known = task.rseq;
  if (flags & ~UNREGISTER) return -EINVAL;
  if (known === undefined) {
    if (flags !== 0 || address % AREA_BYTES !== 0 || length !== AREA_BYTES) return -EINVAL;
    if (!setCpu(kernel, task, address, 0)) return -EFAULT;
    task.rseq = { address, signature };
    return 0;
  }
  if (known.address !== address || length !== AREA_BYTES) return -EINVAL;
  if (known.signature !== signature) return -EPERM;
  if (flags === 0) return -EBUSY;
  if (!setCpu(kernel, task, address, UNINITIALIZED)) return -EFAULT;
  task.rseq = undefined;
  return 0;
}

/** cpu_id_start and cpu_id: there is one CPU. */
function setCpu(kernel: Kernel, task: Task, address: number, cpu: number): boolean {
  return copyOut(kernel, task, address, new StructWriter(kernel, 8).u32(0).u32(cpu).bytes);
}

/** The task was interrupted: in the middle of a sequence it goes on at the abort handler. Linux: rseq_ip_fixup */
export function abortSequence(kernel: Kernel, task: Task): void {
  if (task.rseq !== undefined && !fixPc(kernel, task, task.rseq)) forceSegv(kernel, task, SIGSEGV);
}

/** False: what the program describes cannot be. */
function fixPc(kernel: Kernel, task: Task, area: RseqArea): boolean {
  const pointer = copyIn(kernel, task, area.address + SEQUENCE_AT, 8);
  if (pointer === undefined) return false;
  const at = Number(new StructReader(kernel, pointer).u64(0));
  if (at === 0) return true;
  const bytes = at < kernel.abi.taskSize ? copyIn(kernel, task, at, SEQUENCE_BYTES) : undefined;
  if (bytes === undefined) return false;
  const reader = new StructReader(kernel, bytes);
  const [start, length, abort] = [8, 16, 24].map((offset) => Number(reader.u64(offset))) as [number, number, number];
  const limit = kernel.abi.taskSize;
  if (reader.u32(0) !== 0 || reader.u32(4) !== 0 || start + length >= limit || abort >= limit) return false;
  if (abort >= start && abort - start < length) return false;
  const mark = readWord(kernel, task, abort - 4);
  if (mark === undefined || mark >>> 0 !== area.signature >>> 0) return false;
  if (!copyOut(kernel, task, area.address + SEQUENCE_AT, new Uint8Array(8))) return false;
  const frame = frameAddress(kernel, task);
  const pc = kernel.abi.frame.pc(kernel, frame) >>> 0;
  if (pc >= start && pc - start < length) kernel.abi.frame.setPc(kernel, frame, abort);
  return true;
}

export const RSEQ_SYSCALLS: readonly SyscallDef[] = [full('rseq', ['ptr', 'uint', 'flags', 'uint'], rseq)];
