/** siginfo_t of a 32-bit machine: 128 bytes, the layout chosen by signal and code. Linux 6.1 kernel/signal.c: copy_siginfo_to_user32 */
import { genericNumber, nativeNumber } from '../abi/numbers.ts';
import { StructReader, StructWriter } from '../abi/struct.ts';
import type { Kernel } from '../kernel.ts';
import type { SigInfo } from '../types.ts';
import { CLD_EXITED, SI_TIMER, SIGBUS, SIGCHLD, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP } from './numbers.ts';

export const SIGINFO_BYTES = 128;

export function encodeSigInfo(kernel: Kernel, info: SigInfo): Uint8Array {
  const writer = new StructWriter(kernel, SIGINFO_BYTES);
  const code = nativeNumber(kernel, 'sicode', info.code);
  writer.u32(nativeNumber(kernel, 'signal', info.signo));
  if (kernel.abi.layouts?.siginfoCodeFirst) writer.u32(code).u32(info.errno);
  else writer.u32(info.errno).u32(code);
  if (info.code === SI_TIMER)
    writer
      .u32(info.timerId ?? 0)
      .u32(info.overrun ?? 0)
      .u32(info.value);
  else if (info.signo === SIGCHLD && info.code > 0) {
    writer
      .u32(info.pid)
      .u32(info.uid)
      .u32(childStatus(kernel, info))
      .u32(info.utime ?? 0)
      .u32(info.stime ?? 0);
  } else if (isFault(info)) writer.u32(info.addr);
  else if (info.band !== undefined) writer.u32(info.band).u32(info.fd ?? 0);
  else writer.u32(info.pid).u32(info.uid).u32(info.value);
  return writer.bytes;
}

/** si_status of SIGCHLD: an exit code, or a signal. */
function childStatus(kernel: Kernel, { code, status }: SigInfo): number {
  return code === CLD_EXITED ? status : nativeNumber(kernel, 'signal', status);
}

/** Raised by an instruction: carries an address. */
export function isFault(info: SigInfo): boolean {
  if (info.code <= 0 || info.code >= 0x80) return false;
  return [SIGILL, SIGFPE, SIGSEGV, SIGBUS, SIGTRAP, SIGSYS].includes(info.signo);
}

/** What a program hands to rt_sigqueueinfo (whose signal is told apart), or a tracer to PTRACE_SETSIGINFO. */
export function decodeSigInfo(kernel: Kernel, bytes: Uint8Array, given?: number): SigInfo {
  const reader = new StructReader(kernel, bytes);
  const codeFirst = kernel.abi.layouts?.siginfoCodeFirst === true;
  const signo = given ?? genericNumber(kernel, 'signal', reader.i32(0));
  const code = genericNumber(kernel, 'sicode', reader.i32(codeFirst ? 4 : 8)) | 0;
  const info = { signo, code, errno: reader.i32(codeFirst ? 8 : 4), pid: 0, uid: 0, addr: 0, status: 0, value: 0 };
  if (isFault(info)) return { ...info, addr: reader.u32(12) };
  if (code === SI_TIMER) return { ...info, timerId: reader.i32(12), overrun: reader.i32(16), value: reader.i32(20) };
  const from = { ...info, pid: reader.i32(12), uid: reader.u32(16) };
  if (signo !== SIGCHLD || code <= 0) return { ...from, value: reader.i32(20) };
  const status = reader.i32(20);
  return {
    ...from,
    status: code === CLD_EXITED ? status : genericNumber(kernel, 'signal', status),
    utime: reader.u32(24),
    stime: reader.u32(28),
  };
}
