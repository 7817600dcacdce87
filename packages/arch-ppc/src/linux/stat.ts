import type { Stat } from '@kml/kernel';

const seconds = (ns: bigint): number => Number(ns / 1_000_000_000n);
const nanoseconds = (ns: bigint): number => Number(ns % 1_000_000_000n);

/** struct stat64, 104 bytes. Linux 6.1 arch/powerpc/include/uapi/asm/stat.h */
export function encodeStat64(stat: Stat): Uint8Array {
  const bytes = new Uint8Array(104);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(stat.dev));
  view.setBigUint64(8, BigInt(stat.ino));
  view.setUint32(16, stat.mode);
  view.setUint32(20, stat.nlink);
  view.setUint32(24, stat.uid);
  view.setUint32(28, stat.gid);
  view.setBigUint64(32, BigInt(stat.rdev));
  view.setBigInt64(48, BigInt(stat.size));
  view.setUint32(56, stat.blksize);
  view.setBigUint64(64, BigInt(stat.blocks));
  putTimes(view, 72, stat);
  return bytes;
}

/** struct stat, 72 bytes; undefined where the size does not fit it (EOVERFLOW). */
export function encodeStat(stat: Stat): Uint8Array | undefined {
  if (stat.size > 0x7fff_ffff) return undefined;
  const bytes = new Uint8Array(72);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, stat.dev);
  view.setUint32(4, stat.ino);
  view.setUint32(8, stat.mode);
  view.setUint16(12, stat.nlink);
  view.setUint32(16, stat.uid);
  view.setUint32(20, stat.gid);
  view.setUint32(24, stat.rdev);
  view.setUint32(28, stat.size);
  view.setUint32(32, stat.blksize);
  view.setUint32(36, stat.blocks);
  putTimes(view, 40, stat);
  return bytes;
}

/** Access, modification and change time: seconds and nanoseconds as 32-bit words. */
function putTimes(view: DataView, start: number, { atime, mtime, ctime }: Stat): void {
  [atime, mtime, ctime].forEach((time, index) => {
    view.setInt32(start + 8 * index, seconds(time));
    view.setUint32(start + 8 * index + 4, nanoseconds(time));
  });
}
