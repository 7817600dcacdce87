import type { Stat } from '@kml/kernel';

const seconds = (ns: bigint): number => Number(ns / 1_000_000_000n);
const nanoseconds = (ns: bigint): number => Number(ns % 1_000_000_000n);

/** struct stat64 of o32, 104 bytes. Linux 6.1 arch/mips/include/uapi/asm/stat.h */
export function encodeStat64(stat: Stat, little: boolean): Uint8Array {
  const bytes = new Uint8Array(104);
  const view = new DataView(bytes.buffer);
  const word = (offset: number, value: number): void => view.setUint32(offset, value, little);
  word(0, stat.dev);
  view.setBigUint64(16, BigInt(stat.ino), little);
  word(24, stat.mode);
  word(28, stat.nlink);
  word(32, stat.uid);
  word(36, stat.gid);
  word(40, stat.rdev);
  view.setBigInt64(56, BigInt(stat.size), little);
  putTimes(view, 64, stat, little);
  word(88, stat.blksize);
  view.setBigUint64(96, BigInt(stat.blocks), little);
  return bytes;
}

/** struct stat, 144 bytes; undefined where the size does not fit it (EOVERFLOW). */
export function encodeStat(stat: Stat, little: boolean): Uint8Array | undefined {
  if (stat.size > 0x7fff_ffff) return undefined;
  const bytes = new Uint8Array(144);
  const view = new DataView(bytes.buffer);
  const word = (offset: number, value: number): void => view.setUint32(offset, value, little);
  word(0, stat.dev);
  word(16, stat.ino);
  word(20, stat.mode);
  word(24, stat.nlink);
  word(28, stat.uid);
  word(32, stat.gid);
  word(36, stat.rdev);
  word(48, stat.size);
  putTimes(view, 56, stat, little);
  word(80, stat.blksize);
  word(84, stat.blocks);
  return bytes;
}

/** Access, modification and change time: seconds and nanoseconds as 32-bit words. */
function putTimes(view: DataView, at: number, { atime, mtime, ctime }: Stat, little: boolean): void {
  for (const time of [atime, mtime, ctime]) {
    view.setInt32(at, seconds(time), little);
    view.setUint32(at + 4, nanoseconds(time), little);
    at += 8;
  }
}
