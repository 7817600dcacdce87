import type { HostNetwork } from './host-network.ts';

/** Ports to the host. host-node implements them; tests have their own. All are synchronous but for the terminal's input. */

/** stat() of a host file, as numbers and bigints that need no host type. */
export interface HostStat {
  mode: number;
  uid: number;
  gid: number;
  size: number;
  nlink: number;
  ino: number;
  dev: number;
  rdev: number;
  atimeNs: bigint;
  mtimeNs: bigint;
  ctimeNs: bigint;
}

/** A directory of the host, seen through paths relative to it ('' is itself, no leading slash). Never follows a symbolic link, never leaves the directory. Names are byte strings decoded as latin1. Errors are returned as -errno. */
export interface HostDirectory {
  /** Its absolute path on the host, where it has one. */
  readonly description: string;
  /** The content of a directory that lives in memory: a save file holds it. Without it the description is a path, to be opened again. */
  readonly files?: Readonly<Record<string, Uint8Array | { readonly link: string }>>;
  lstat(path: string): HostStat | number;
  readdir(path: string): string[] | number;
  readlink(path: string): string | number;
  /** Handle for reading and, where the mount allows, writing. */
  open(path: string, write: boolean): number;
  close(handle: number): void;
  /** lstat of an open file, which may have lost its name. */
  fstat(handle: number): HostStat | number;
  read(handle: number, position: number, into: Uint8Array): number;
  write(handle: number, position: number, bytes: Uint8Array): number;
  truncate(handle: number, size: number): number;
  create(path: string, mode: number): number;
  mkdir(path: string, mode: number): number;
  symlink(path: string, target: string): number;
  link(existing: string, path: string): number;
  unlink(path: string): number;
  rmdir(path: string): number;
  rename(from: string, to: string): number;
  chmod(path: string, mode: number): number;
  utimes(path: string, atimeNs: bigint, mtimeNs: bigint): number;
}

/** The terminal or pipe behind the guest's standard input, output and error. */
export interface HostConsole {
  /** Whether stdin (0), stdout (1), stderr (2) is a terminal. */
  isTty(fd: 0 | 1 | 2): boolean;
  size(): { rows: number; columns: number };
  /** Writes all bytes, waiting where the host's pipe is full. 0, or -errno (-EPIPE: nobody reads any more). */
  write(fd: 1 | 2, bytes: Uint8Array): number;
  /** Takes what has arrived on stdin: bytes, undefined for nothing yet, null for end of file. The first call begins to take input from the host. */
  read(): Uint8Array | undefined | null;
  /** Raw mode on or off (only where stdin is a terminal). */
  setRaw(raw: boolean): void;
}

export interface HostClock {
  /** Nanoseconds since the epoch. */
  realtime(): bigint;
  /** Nanoseconds since some fixed point. */
  monotonic(): bigint;
}

export interface HostEntropy {
  fill(into: Uint8Array): void;
  /** A source that is the same in every run: where it stands, and going on from there. */
  readonly position?: () => number;
  readonly seek?: (position: number) => void;
}

/** Backing store for pages that are paged out. Slots are pages of 4096 bytes, numbered from 0; read only after they were written. */
export interface HostSwap {
  write(slot: number, bytes: Uint8Array): void;
  read(slot: number, into: Uint8Array): void;
}

export interface HostLog {
  debug(fields: Record<string, unknown>, message: string): void;
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

export interface HostPorts {
  console: HostConsole;
  clock: HostClock;
  entropy: HostEntropy;
  log: HostLog;
  /** Where there is none, the kernel keeps paged-out pages in host memory. */
  swap?: HostSwap;
  /** The host's network; where there is none, nothing outside the machine can be reached. */
  network?: HostNetwork;
}
