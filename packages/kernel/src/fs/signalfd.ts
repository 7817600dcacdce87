import { nativeNumber } from '../abi/numbers.ts';
import { StructWriter } from '../abi/struct.ts';
import { EAGAIN, EINVAL } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { blockOn } from '../sched/wait.ts';
import { dequeueSignal } from '../signal/pending.ts';
import { ALL_SIGNALS, intersects, without } from '../signal/sig-set.ts';
import type { OpenFile, SigInfo, SigSet } from '../types.ts';
import { newAnonymousFile } from './anonymous-file.ts';
import type { FileOps } from './file-ops.ts';
import { fsState } from './fs-state.ts';
import { newQueue, notify } from './notify.ts';
import { O_NONBLOCK } from './open-flags.ts';
import { READABLE } from './poll-events.ts';

const SIGINFO_BYTES = 128;

/** OpenFile.data of a signalfd: the signals it takes. */
interface SignalFile {
  set: SigSet;
}

/** signalfd4() with a new descriptor. Linux 6.1 fs/signalfd.c */
export function openSignalfd(kernel: Kernel, set: SigSet, flags: number): OpenFile {
  const state = fsState(kernel);
  state.signalQueue ??= newQueue();
  const data: SignalFile = { set };
  return newAnonymousFile(kernel, 'signalfd', 'signalfd', flags, data);
}

/** Another set for an existing descriptor. */
export function setSignalfd(kernel: Kernel, file: OpenFile, set: SigSet): void {
  (file.data as SignalFile).set = set;
  signalArrived(kernel);
}

/** A signal was queued somewhere: who waits on a signalfd looks again. */
export function signalArrived(kernel: Kernel): void {
  const { signalQueue } = fsState(kernel);
  if (signalQueue !== undefined) notify(kernel, signalQueue);
}

/** struct signalfd_siginfo. */
function encode(kernel: Kernel, info: SigInfo): Uint8Array {
  const out = new StructWriter(kernel, SIGINFO_BYTES);
  out.u32(nativeNumber(kernel, 'signal', info.signo)).u32(info.errno);
  out
    .u32(nativeNumber(kernel, 'sicode', info.code))
    .u32(info.pid)
    .u32(info.uid);
  out
    .u32(info.fd ?? 0)
    .u32(info.timerId ?? 0)
    .u32(info.band ?? 0)
    .u32(info.overrun ?? 0);
  out
    .at(40)
    .u32(info.status)
    .u32(info.value)
    .u64(info.value >>> 0);
  return out.at(72).u64(info.addr >>> 0).bytes;
}

export const SIGNALFD_OPS: FileOps = {
  seeksNowhere: true,

  read(kernel, task, file, into) {
    const { set } = file.data as SignalFile;
    if (into.length < SIGINFO_BYTES) return -EINVAL;
    let done = 0;
    while (done + SIGINFO_BYTES <= into.length) {
      const info = dequeueSignal(kernel, task, without(ALL_SIGNALS, set));
      if (info === undefined) break;
      into.set(encode(kernel, info), done);
      done += SIGINFO_BYTES;
    }
    if (done > 0) return done;
    return file.flags & O_NONBLOCK ? -EAGAIN : blockOn(kernel, task, [fsState(kernel).signalQueue!]);
  },

  poll(kernel, file) {
    const { current } = kernel.state;
    const { set } = file.data as SignalFile;
    if (current === undefined) return 0;
    return intersects(current.pending.set, set) || intersects(current.group.pending.set, set) ? READABLE : 0;
  },

  queues: (kernel) => [fsState(kernel).signalQueue!],
};
