import type { Stat } from '@kml/kernel';

const seconds = (ns: bigint): number => Number(ns / 1_000_000_000n);
const nanoseconds = (ns: bigint): number => Number(ns % 1_000_000_000n);

/** struct stat64, 104 bytes: 64-bit members are aligned to 8. Linux 6.1 arch/arm/include/uapi/asm/stat.h */
export function encodeStat64(stat: Stat): Uint8Array {
  const bytes = new Uint8Array(104);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(stat.dev), true);
  view.setUint32(12, stat.ino, true);
  view.setUint32(16, stat.mode, true);
  view.setUint32(20, stat.nlink, true);
  view.setUint32(24, stat.uid, true);
  view.setUint32(28, stat.gid, true);
  view.setBigUint64(32, BigInt(stat.rdev), true);
  view.setBigInt64(48, BigInt(stat.size), true);
  view.setUint32(56, stat.blksize, true);
  view.setBigUint64(64, BigInt(stat.blocks), true);
  putTimes(view, 72, stat);
  view.setBigUint64(96, BigInt(stat.ino), true);
  return bytes;
}

/** struct stat, 64 bytes; undefined where the size does not fit it (EOVERFLOW). */
export function encodeStat(stat: Stat): Uint8Array | undefined {
  if (stat.size > 0x7fff_ffff) return undefined;
  const bytes = new Uint8Array(64);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, stat.dev, true);
  view.setUint32(4, stat.ino, true);
  view.setUint16(8, stat.mode, true);
  view.setUint16(10, stat.nlink, true);
  view.setUint16(12, stat.uid, true);
  view.setUint16(14, stat.gid, true);
  view.setUint32(16, stat.rdev, true);
  view.setUint32(20, stat.size, true);
  view.setUint32(24, stat.blksize, true);
  view.setUint32(28, stat.blocks, true);
  putTimes(view, 32, stat);
  return bytes;
}

/** Access, modification and change time: seconds and nanoseconds as 32-bit words. */
function putTimes(view: DataView, at: number, { atime, mtime, ctime }: Stat): void {
  for (const time of [atime, mtime, ctime]) {
    view.setInt32(at, seconds(time), true);
    view.setUint32(at + 4, nanoseconds(time), true);
    at += 8;
  }
}
