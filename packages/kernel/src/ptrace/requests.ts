/** ptrace(2). Linux 6.1 kernel/ptrace.c: ptrace, ptrace_check_attach, ptrace_request, ptrace_resume */
import { genericNumber } from '../abi/numbers.ts';
import { lastSignal } from '../abi/signals.ts';
import { StructReader, StructWriter } from '../abi/struct.ts';
import { EFAULT, EINVAL, EIO, ESRCH } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { TIF_SIGPENDING, TIF_TRACE } from '../kernel-memory.ts';
import { readRemote, writeRemote } from '../mm/remote-access.ts';
import { writeWord } from '../mm/user-access.ts';
import { SIGKILL } from '../signal/numbers.ts';
import { sendSignal, sigInfo, signalWake } from '../signal/send.ts';
import { clearWork, frameAddress, setWork } from '../task/thread-info.ts';
import type { Task } from '../types.ts';
import { attach, checkOptions, detach, traceMe } from './attach.ts';
import {
  EVENT_STOP,
  PTRACE_ATTACH,
  PTRACE_CONT,
  PTRACE_DETACH,
  PTRACE_GET_SYSCALL_INFO,
  PTRACE_GETEVENTMSG,
  PTRACE_GETREGSET,
  PTRACE_GETSIGINFO,
  PTRACE_GETSIGMASK,
  PTRACE_INTERRUPT,
  PTRACE_KILL,
  PTRACE_LISTEN,
  PTRACE_OLDSETOPTIONS,
  PTRACE_PEEKDATA,
  PTRACE_PEEKSIGINFO,
  PTRACE_PEEKTEXT,
  PTRACE_PEEKUSR,
  PTRACE_POKEDATA,
  PTRACE_POKETEXT,
  PTRACE_POKEUSR,
  PTRACE_SEIZE,
  PTRACE_SETOPTIONS,
  PTRACE_SETREGSET,
  PTRACE_SETSIGINFO,
  PTRACE_SETSIGMASK,
  PTRACE_SINGLESTEP,
  PTRACE_SYSCALL,
  PTRACE_TRACEME,
} from './numbers.ts';
import { transferRegset } from './registers.ts';
import { getMask, getSigInfo, peekSigInfo, setMask, setSigInfo } from './signals.ts';
import { resumeTraced } from './stop.ts';
import { syscallInfo } from './syscall-info.ts';

export function ptrace(kernel: Kernel, tracer: Task, request: number, pid: number, addr: number, data: number): number {
  if (request === PTRACE_TRACEME) return traceMe(kernel, tracer);
  const task = kernel.state.tasks.get(pid);
  if (task === undefined) return -ESRCH;
  if (request === PTRACE_ATTACH || request === PTRACE_SEIZE) {
    return attach(kernel, tracer, task, request === PTRACE_SEIZE, addr, data);
  }
  if (task.tracing?.tracer !== tracer) return -ESRCH;
  if (request === PTRACE_KILL) {
    sendSignal(kernel, task, sigInfo(SIGKILL));
    return 0;
  }
  if (request === PTRACE_INTERRUPT) return interrupt(kernel, task);
  if (task.state !== 'traced' || task.tracing.listening) return -ESRCH;
  return stoppedRequest(kernel, tracer, task, request, addr, data);
}

/** Requests that need the tracee stopped. */
function stoppedRequest(kernel: Kernel, tracer: Task, task: Task, request: number, addr: number, data: number): number {
  switch (request) {
    case PTRACE_PEEKTEXT:
    case PTRACE_PEEKDATA:
      return peekData(kernel, tracer, task, addr, data);
    case PTRACE_POKETEXT:
    case PTRACE_POKEDATA:
      return pokeData(kernel, task, addr, data);
    case PTRACE_PEEKUSR: {
      const word = kernel.abi.debug.peekUser(kernel, task, addr);
      if (word === undefined) return -EIO;
      return writeWord(kernel, tracer, data, word) ? 0 : -EFAULT;
    }
    case PTRACE_POKEUSR:
      return kernel.abi.debug.pokeUser(kernel, task, addr, data | 0) ? 0 : -EIO;
    case PTRACE_CONT:
    case PTRACE_SYSCALL:
    case PTRACE_SINGLESTEP:
      return resume(kernel, task, request, data);
    case PTRACE_DETACH: {
      const signo = givenSignal(kernel, data);
      if (signo < 0) return signo;
      detach(kernel, task, signo);
      return 0;
    }
    case PTRACE_LISTEN:
      return listen(kernel, task);
    case PTRACE_SETOPTIONS:
    case PTRACE_OLDSETOPTIONS: {
      const bad = checkOptions(data, EINVAL);
      if (bad !== 0) return bad;
      task.tracing!.options = data;
      return 0;
    }
    case PTRACE_GETEVENTMSG:
      return writeWord(kernel, tracer, data, task.tracing!.message) ? 0 : -EFAULT;
    case PTRACE_GETREGSET:
    case PTRACE_SETREGSET:
      return transferRegset(kernel, tracer, task, addr, data, request === PTRACE_SETREGSET);
    case PTRACE_GETSIGINFO:
      return getSigInfo(kernel, tracer, task, data);
    case PTRACE_SETSIGINFO:
      return setSigInfo(kernel, tracer, task, data);
    case PTRACE_PEEKSIGINFO:
      return peekSigInfo(kernel, tracer, task, addr, data);
    case PTRACE_GETSIGMASK:
      return getMask(kernel, tracer, task, addr, data);
    case PTRACE_SETSIGMASK:
      return setMask(kernel, tracer, task, addr, data);
    case PTRACE_GET_SYSCALL_INFO:
      return syscallInfo(kernel, tracer, task, addr, data);
    default:
      return kernel.abi.debug.request(kernel, tracer, task, request, addr, data) ?? -EIO;
  }
}

function peekData(kernel: Kernel, tracer: Task, task: Task, addr: number, data: number): number {
  const bytes = new Uint8Array(4);
  if (readRemote(kernel, task, addr, bytes) !== 4) return -EIO;
  return writeWord(kernel, tracer, data, new StructReader(kernel, bytes).i32(0)) ? 0 : -EFAULT;
}

function pokeData(kernel: Kernel, task: Task, addr: number, data: number): number {
  const { bytes } = new StructWriter(kernel, 4).u32(data);
  return writeRemote(kernel, task, addr, bytes) === 4 ? 0 : -EIO;
}

/** The signal that a tracee is sent on with, in the kernel's number; -EIO for none that is. */
function givenSignal(kernel: Kernel, data: number): number {
  if (data > lastSignal(kernel)) return -EIO;
  return data === 0 ? 0 : genericNumber(kernel, 'signal', data);
}

/** PTRACE_CONT, PTRACE_SYSCALL, PTRACE_SINGLESTEP. Linux: ptrace_resume */
function resume(kernel: Kernel, task: Task, request: number, data: number): number {
  const signo = givenSignal(kernel, data);
  if (signo < 0) return signo;
  const tracing = task.tracing!;
  const { singleStep } = kernel.abi.debug;
  tracing.syscalls = request === PTRACE_SYSCALL;
  if (tracing.syscalls) setWork(kernel, task, TIF_TRACE);
  else clearWork(kernel, task, TIF_TRACE);
  const step = request === PTRACE_SINGLESTEP;
  if (step && singleStep === undefined) return -EIO;
  tracing.step = step;
  singleStep?.(kernel, task, frameAddress(kernel, task), step);
  resumeTraced(kernel, task, signo);
  return 0;
}

/** Linux: PTRACE_INTERRUPT */
function interrupt(kernel: Kernel, task: Task): number {
  const tracing = task.tracing!;
  if (!tracing.seized) return -EIO;
  if (task.state === 'zombie' || task.state === 'dead') return 0;
  tracing.trapStop = true;
  if (task.state === 'traced') {
    if (tracing.listening) resumeTraced(kernel, task, 0);
  } else signalWake(kernel, task, false);
  return 0;
}

/** Stays in its group's stop, but hears of its end. Linux: PTRACE_LISTEN */
function listen(kernel: Kernel, task: Task): number {
  const tracing = task.tracing!;
  const code = task.tracedStop?.info?.code ?? 0;
  if (!tracing.seized || code >> 8 !== EVENT_STOP) return -EIO;
  tracing.listening = true;
  if (tracing.trapNotify) resumeTraced(kernel, task, 0);
  else setWork(kernel, task, TIF_SIGPENDING);
  return 0;
}
