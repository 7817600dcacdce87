import type { SigInfo } from '@kml/kernel';

const [SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV, SIGCHLD] = [4, 5, 7, 8, 11, 17];
const SI_TIMER = -2;
const FAULTS: ReadonlySet<number> = new Set([SIGILL!, SIGTRAP!, SIGBUS!, SIGFPE!, SIGSEGV!]);

/** siginfo_t of a 32-bit ABI, 128 bytes. Linux 6.1 include/uapi/asm-generic/siginfo.h */
export function encodeSiginfo(info: SigInfo): Uint8Array {
  const bytes = new Uint8Array(128);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, info.signo, true);
  view.setInt32(4, info.errno, true);
  view.setInt32(8, info.code, true);
  if (info.code > 0 && FAULTS.has(info.signo)) {
    view.setUint32(12, info.addr, true);
    return bytes;
  }
  view.setInt32(12, info.pid, true);
  view.setInt32(16, info.uid, true);
  if (info.signo === SIGCHLD && info.code > 0) view.setInt32(20, info.status, true);
  else if (info.code === SI_TIMER || info.code < 0) view.setInt32(20, info.value, true);
  return bytes;
}
