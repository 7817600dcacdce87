/** The stack a program starts with: strings, auxiliary vector, environment, arguments. Linux 6.1 fs/binfmt_elf.c: create_elf_tables; fs/exec.c: copy_strings */
import { PAGE_SIZE } from '@kml/core';
import { E2BIG, ENOMEM } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import type { LinuxAbi } from '../linux-abi.ts';
import { limitOf } from '../mm/limits.ts';
import { PROT_EXEC, PROT_READ, PROT_WRITE } from '../mm/pte.ts';
import { insertVma, newVma, pageAlign } from '../mm/vma.ts';
import { RLIMIT_STACK } from '../task/rlimit-numbers.ts';
import type { Mm, Task } from '../types.ts';
import { writeInMm } from './write-mm.ts';

/** Longest single string: MAX_ARG_STRLEN, 32 pages. */
const MAX_STRING = 32 * PAGE_SIZE;
/** Most that strings and pointers may take: three quarters of the default stack, and at least ARG_MAX. */
const MAX_TOTAL = 6 * 1024 * 1024;
const ARG_MAX = 131072;
/** Stack mapped beyond the strings at once. */
const STACK_EXPAND = 131072;

/** Auxiliary-vector types. Linux 6.1 include/uapi/linux/auxvec.h */
export const AT_NULL = 0;
export const AT_PHDR = 3;
export const AT_PHENT = 4;
export const AT_PHNUM = 5;
export const AT_PAGESZ = 6;
export const AT_BASE = 7;
export const AT_FLAGS = 8;
export const AT_ENTRY = 9;
export const AT_UID = 11;
export const AT_EUID = 12;
export const AT_GID = 13;
export const AT_EGID = 14;
export const AT_PLATFORM = 15;
export const AT_CLKTCK = 17;
export const AT_SECURE = 23;
export const AT_RANDOM = 25;
export const AT_BASE_PLATFORM = 24;
export const AT_EXECFN = 31;
/** What tells of the vDSO and of entries for system calls. */
const VDSO_ENTRIES = [32, 33];

/** What the auxiliary vector says of the program. */
export interface ProgramFacts {
  readonly headersAddress: number;
  readonly headerBytes: number;
  readonly headerCount: number;
  /** Load bias of the interpreter, 0 without one. */
  readonly base: number;
  readonly entry: number;
  readonly secure: boolean;
}

/** Whether arguments and environment fit: 0, or -E2BIG. */
export function checkArguments(task: Task, path: string, argv: readonly string[], envp: readonly string[]): number {
  let total = path.length + 1;
  for (const text of argv) {
    if (text.length >= MAX_STRING) return -E2BIG;
    total += text.length + 1;
  }
  for (const text of envp) {
    if (text.length >= MAX_STRING) return -E2BIG;
    total += text.length + 1;
  }
  total += 4 * (argv.length + envp.length);
  const limit = Math.max(ARG_MAX, Math.min(MAX_TOTAL, Math.floor(limitOf(task, RLIMIT_STACK) / 4)));
  return total > limit ? -E2BIG : 0;
}

function latin1(text: string, into: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) into[at + i] = text.charCodeAt(i);
  return at + text.length + 1;
}

/** Writes strings one behind another, each with a NUL: their addresses. */
function writeStrings(
  texts: readonly string[],
  into: Uint8Array,
  at: number,
  address: number,
): { addresses: number[]; end: number } {
  const addresses: number[] = [];
  let end = at;
  for (const text of texts) {
    addresses.push(address + end);
    end = latin1(text, into, end);
  }
  return { addresses, end };
}

/** Makes the stack's VMA below LinuxAbi.stackTop, large enough for `bytes` and some more. */
function mapStack(kernel: Kernel, task: Task, mm: Mm, bytes: number, executable: boolean): boolean {
  const top = kernel.abi.stackTop;
  const room = Math.min(
    pageAlign(bytes) + STACK_EXPAND,
    Math.max(pageAlign(bytes), pageAlign(limitOf(task, RLIMIT_STACK))),
  );
  const vma = newVma(top - room, top, PROT_READ | PROT_WRITE | (executable || mm.readImpliesExec ? PROT_EXEC : 0));
  vma.growsDown = true;
  vma.name = '[stack]';
  insertVma(kernel, mm, vma);
  return true;
}

/**
 * Maps and fills the initial stack: the stack pointer (address of argc), or -errno. Sets mm's
 * argument and environment ranges and its copy of the auxiliary vector.
 */
export function buildStack(
  kernel: Kernel,
  task: Task,
  mm: Mm,
  path: string,
  argv: readonly string[],
  envp: readonly string[],
  facts: ProgramFacts,
  executable: boolean,
): number {
  const { abi } = kernel;
  const all = [...argv, ...envp, path];
  const stringBytes = all.reduce((sum, text) => sum + text.length + 1, 0);
  // The highest word stays zero.
  const stringsAt = abi.stackTop - 4 - stringBytes;
  const platforms = [abi.platform, ...(abi.basePlatform === undefined ? [] : [abi.basePlatform])];
  const platformAt = stringsAt - (stringsAt % 16) - platforms.join(' ').length - 1;
  const randomAt = platformAt - 16;
  const auxv = auxiliaryVector(
    kernel,
    task,
    mm,
    facts,
    stringsAt + stringBytes - path.length - 1,
    platformAt,
    randomAt,
  );
  const words = 1 + argv.length + 1 + envp.length + 1 + auxv.length;
  const sp = Math.floor((randomAt - words * 4) / 16) * 16;
  if (!mapStack(kernel, task, mm, abi.stackTop - sp, executable)) return -ENOMEM;
  const block = new Uint8Array(abi.stackTop - sp);
  const strings = writeStrings(argv, block, stringsAt - sp, sp);
  const environment = writeStrings(envp, block, strings.end, sp);
  latin1(path, block, environment.end);
  writeStrings(platforms, block, platformAt - sp, sp);
  kernel.host.entropy.fill(block.subarray(randomAt - sp, randomAt - sp + 16));
  const view = new DataView(block.buffer);
  const little = abi.isa.byteOrder === 'little';
  let at = 0;
  for (const word of [argv.length, ...strings.addresses, 0, ...environment.addresses, 0, ...auxv]) {
    view.setUint32(at, word, little);
    at += 4;
  }
  if (!writeInMm(kernel, mm, sp, block)) return -ENOMEM;
  mm.argStart = stringsAt;
  mm.argEnd = mm.envStart = sp + strings.end;
  mm.envEnd = sp + environment.end;
  mm.stackStart = sp;
  mm.auxv = auxv;
  return sp;
}

/** AT_PLATFORM and AT_BASE_PLATFORM, whose strings lie one behind the other. */
function platformEntries(abi: LinuxAbi, address: number): [number, number][] {
  const entries: [number, number][] = [];
  if (abi.platform !== '') entries.push([AT_PLATFORM, address]);
  if (abi.basePlatform !== undefined) entries.push([AT_BASE_PLATFORM, address + abi.platform.length + 1]);
  return entries;
}

function auxiliaryVector(
  kernel: Kernel,
  task: Task,
  mm: Mm,
  facts: ProgramFacts,
  execfn: number,
  platform: number,
  random: number,
): number[] {
  const { cred } = task;
  const entries: [number, number][] = [
    ...kernel.abi.auxv(kernel, task, mm).filter(([type]) => !kernel.options.noVdso || !VDSO_ENTRIES.includes(type)),
    [AT_PAGESZ, PAGE_SIZE],
    [AT_CLKTCK, 100],
    [AT_PHDR, facts.headersAddress],
    [AT_PHENT, facts.headerBytes],
    [AT_PHNUM, facts.headerCount],
    [AT_BASE, facts.base],
    [AT_FLAGS, 0],
    [AT_ENTRY, facts.entry],
    [AT_UID, cred.uid],
    [AT_EUID, cred.euid],
    [AT_GID, cred.gid],
    [AT_EGID, cred.egid],
    [AT_SECURE, facts.secure ? 1 : 0],
    [AT_RANDOM, random],
    [AT_EXECFN, execfn],
    ...platformEntries(kernel.abi, platform),
    [AT_NULL, 0],
  ];
  return entries.flat();
}
