/** The stack a program starts with: strings, auxiliary vector, environment, arguments. Linux 6.1 fs/binfmt_elf.c: create_elf_tables; fs/exec.c: copy_strings */
import { PAGE_SIZE } from '@kml/core';
import { E2BIG, ENOMEM } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
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

/** The initial stack on its way to guest memory, reused where it fits: `words` go upwards from the stack pointer, strings from where they are put. */
class StackImage {
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly sp: number;
  private readonly little: boolean;
  private wordAt = 0;
  private stringAt = 0;

  constructor(bytes: Uint8Array, sp: number, little: boolean) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.sp = sp;
    this.little = little;
  }

  word(value: number): void {
    this.view.setUint32(this.wordAt, value, this.little);
    this.wordAt += 4;
  }

  /** Strings go to this address, one behind another. */
  stringsAt(address: number): void {
    this.stringAt = address - this.sp;
  }

  /** Puts a string with its NUL. Returns its address. */
  string(text: string): number {
    const { bytes, stringAt: at } = this;
    for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
    this.stringAt = at + text.length + 1;
    return this.sp + at;
  }

  /** Puts strings, and a vector of their addresses with a zero behind it. Returns the address behind the strings. */
  vector(texts: readonly string[]): number {
    for (let i = 0; i < texts.length; i++) this.word(this.string(texts[i]!));
    this.word(0);
    return this.sp + this.stringAt;
  }
}

/** Room for most initial stacks. */
const scratch = new Uint8Array(PAGE_SIZE);

function stackBytes(length: number): Uint8Array {
  if (length > scratch.length) return new Uint8Array(length);
  return scratch.subarray(0, length).fill(0);
}

/** Bytes of strings, each with its NUL. */
function lengthOf(texts: readonly string[]): number {
  let sum = 0;
  for (let i = 0; i < texts.length; i++) sum += texts[i]!.length + 1;
  return sum;
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
  const stringBytes = lengthOf(argv) + lengthOf(envp) + path.length + 1;
  // The highest word stays zero.
  const stringsAt = abi.stackTop - 4 - stringBytes;
  const execfn = stringsAt + stringBytes - path.length - 1;
  const baseBytes = abi.basePlatform === undefined ? 0 : abi.basePlatform.length + 1;
  const platformAt = stringsAt - (stringsAt % 16) - abi.platform.length - 1 - baseBytes;
  const randomAt = platformAt - 16;
  const auxv = auxiliaryVector(kernel, task, mm, facts, execfn, platformAt, randomAt);
  const words = 1 + argv.length + 1 + envp.length + 1 + auxv.length;
  const sp = Math.floor((randomAt - words * 4) / 16) * 16;
  if (!mapStack(kernel, task, mm, abi.stackTop - sp, executable)) return -ENOMEM;
  const image = new StackImage(stackBytes(abi.stackTop - sp), sp, abi.isa.byteOrder === 'little');
  image.word(argv.length);
  image.stringsAt(stringsAt);
  const argEnd = image.vector(argv);
  const envEnd = image.vector(envp);
  image.string(path);
  for (let i = 0; i < auxv.length; i++) image.word(auxv[i]!);
  image.stringsAt(platformAt);
  image.string(abi.platform);
  if (abi.basePlatform !== undefined) image.string(abi.basePlatform);
  kernel.host.entropy.fill(image.bytes.subarray(randomAt - sp, randomAt - sp + 16));
  if (!writeInMm(kernel, mm, sp, image.bytes)) return -ENOMEM;
  mm.argStart = stringsAt;
  mm.argEnd = mm.envStart = argEnd;
  mm.envEnd = envEnd;
  mm.stackStart = sp;
  mm.auxv = auxv;
  return sp;
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
  const { abi } = kernel;
  const auxv: number[] = [];
  const own = abi.auxv(kernel, task, mm);
  for (let i = 0; i < own.length; i++) {
    const entry = own[i]!;
    if (kernel.options.noVdso && VDSO_ENTRIES.includes(entry[0])) continue;
    auxv.push(entry[0], entry[1]);
  }
  auxv.push(AT_PAGESZ, PAGE_SIZE, AT_CLKTCK, 100);
  auxv.push(AT_PHDR, facts.headersAddress, AT_PHENT, facts.headerBytes, AT_PHNUM, facts.headerCount);
  auxv.push(AT_BASE, facts.base, AT_FLAGS, 0, AT_ENTRY, facts.entry);
  auxv.push(AT_UID, cred.uid, AT_EUID, cred.euid, AT_GID, cred.gid, AT_EGID, cred.egid);
  auxv.push(AT_SECURE, facts.secure ? 1 : 0, AT_RANDOM, random, AT_EXECFN, execfn);
  // Their strings lie one behind the other.
  if (abi.platform !== '') auxv.push(AT_PLATFORM, platform);
  if (abi.basePlatform !== undefined) auxv.push(AT_BASE_PLATFORM, platform + abi.platform.length + 1);
  auxv.push(AT_NULL, 0);
  return auxv;
}
