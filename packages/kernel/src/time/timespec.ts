/** struct timespec, timeval and itimerspec: 32-bit fields, or 64-bit ones (time64 calls). */
import { StructReader, StructWriter } from '../abi/struct.ts';
import { EFAULT, EINVAL } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { copyIn, copyOut } from '../mm/user-access.ts';
import type { Task } from '../types.ts';

const SECOND = 1_000_000_000n;
/** Waits are cut here, so that deadlines stay in range. Linux: KTIME_MAX */
const NS_MAX = 1n << 62n;

/** Seconds and the field behind them: -EFAULT, or the two. */
function readPair(
  kernel: Kernel,
  task: Task,
  address: number,
  wide: boolean,
): { seconds: bigint; rest: bigint } | undefined {
  const bytes = copyIn(kernel, task, address, wide ? 16 : 8);
  if (bytes === undefined) return undefined;
  const reader = new StructReader(kernel, bytes);
  // The upper half of a 64-bit nanosecond field is padding of 32-bit programs.
  if (wide) return { seconds: reader.i64(0), rest: BigInt(reader.i32(kernel.abi.isa.byteOrder === 'big' ? 12 : 8)) };
  return { seconds: BigInt(reader.i32(0)), rest: BigInt(reader.i32(4)) };
}

/** Nanoseconds, or -EFAULT, -EINVAL. */
export function readTimespec(kernel: Kernel, task: Task, address: number, wide: boolean): bigint | number {
  const pair = readPair(kernel, task, address, wide);
  if (pair === undefined) return -EFAULT;
  if (pair.seconds < 0n || pair.rest < 0n || pair.rest >= SECOND) return -EINVAL;
  return clip(pair.seconds * SECOND + pair.rest);
}

/** Nanoseconds from a struct timeval (always 32-bit fields), or -EFAULT, -EINVAL. */
export function readTimeval(kernel: Kernel, task: Task, address: number): bigint | number {
  const pair = readPair(kernel, task, address, false);
  if (pair === undefined) return -EFAULT;
  if (pair.seconds < 0n || pair.rest < 0n || pair.rest >= 1_000_000n) return -EINVAL;
  return clip(pair.seconds * SECOND + pair.rest * 1000n);
}

function clip(ns: bigint): bigint {
  return ns > NS_MAX ? NS_MAX : ns;
}

/** Writes nanoseconds as a timespec: 0 or -EFAULT. */
export function writeTimespec(kernel: Kernel, task: Task, address: number, ns: bigint, wide: boolean): number {
  const writer = new StructWriter(kernel, wide ? 16 : 8);
  if (wide) writer.u64(ns / SECOND).u64(ns % SECOND);
  else writer.u32(Number(BigInt.asIntN(32, ns / SECOND))).u32(Number(ns % SECOND));
  return copyOut(kernel, task, address, writer.bytes) ? 0 : -EFAULT;
}

/** Writes nanoseconds as a timeval: 0 or -EFAULT. */
export function writeTimeval(kernel: Kernel, task: Task, address: number, ns: bigint): number {
  const writer = new StructWriter(kernel, 8).u32(Number(BigInt.asIntN(32, ns / SECOND)));
  writer.u32(Number((ns % SECOND) / 1000n));
  return copyOut(kernel, task, address, writer.bytes) ? 0 : -EFAULT;
}
