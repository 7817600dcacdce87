/**
 * Reading an ELF file's headers: everything in them is a stranger's word and checked before use.
 * Linux 6.1 fs/binfmt_elf.c: load_elf_binary, load_elf_phdrs
 */
import { EIO, ENOEXEC } from '../errno.ts';
import { inodeRead } from '../fs/inode-io.ts';
import type { Kernel } from '../kernel.ts';
import type { ElfHeaderFacts, ProgramMarks } from '../linux-abi.ts';
import { PROT_EXEC, PROT_READ, PROT_WRITE } from '../mm/pte.ts';
import type { Inode } from '../types.ts';
import { knownImage, noteImage } from './known-images.ts';

const ET_EXEC = 2;
const ET_DYN = 3;
const ELFCLASS32 = 1;
const ELFDATA2LSB = 1;
const ELFDATA2MSB = 2;
const PT_LOAD = 1;
const PT_INTERP = 3;
const PT_PHDR = 6;
const PT_GNU_STACK = 0x6474e551;
const PF_X = 1;
const PF_W = 2;
const PF_R = 4;
const HEADER_BYTES = 52;
const PHDR_BYTES = 32;
/** Linux reads no more program headers than fit 64 KiB. */
const PHDRS_LIMIT = 65536;
const PATH_MAX = 4096;
/** Bytes of LinuxAbi.markSegment that are read. */
const MARKS_LIMIT = 4096;

/** A piece of the file to be mapped; addresses without the load bias. */
export interface ElfSegment {
  readonly address: number;
  readonly offset: number;
  readonly fileSize: number;
  readonly memorySize: number;
  readonly align: number;
  /** PROT_* */
  readonly prot: number;
}

/** What the loader needs of an ELF file. */
export interface ElfImage {
  /** ET_DYN: may lie anywhere. */
  readonly relocatable: boolean;
  readonly entry: number;
  readonly segments: readonly ElfSegment[];
  /** Path of the program interpreter. */
  readonly interpreter: string | undefined;
  /** Address of the program headers in memory, without the bias; 0 if no segment has them. */
  readonly headersAddress: number;
  readonly headerCount: number;
  readonly headerBytes: number;
  /** PT_GNU_STACK: absent, or whether it asks for an executable stack. */
  readonly stack: 'absent' | 'executable' | 'plain';
  readonly marks: ProgramMarks;
}

/** The ELF header's facts that decide whose file it is; undefined if it is no ELF file. */
export function elfFacts(head: Uint8Array): ElfHeaderFacts | undefined {
  if (head.length < HEADER_BYTES || head[0] !== 0x7f || head[1] !== 0x45 || head[2] !== 0x4c || head[3] !== 0x46) {
    return undefined;
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const little = head[5] !== ELFDATA2MSB;
  return { class: head[4]!, data: head[5]!, machine: view.getUint16(18, little), flags: view.getUint32(36, little) };
}

/** Reads and checks the headers of an executable or interpreter: -ENOEXEC for what is not for this machine or makes no sense. */
export function readElf(kernel: Kernel, inode: Inode): ElfImage | number {
  const known = knownImage(kernel, inode);
  if (known !== undefined) return known;
  const source = { inode, bytes: 0 };
  const image = readImage(kernel, source);
  if (typeof image !== 'number') noteImage(kernel, inode, image, source.bytes);
  return image;
}

/** A file that is read from, and how far it was. */
interface Source {
  readonly inode: Inode;
  bytes: number;
}

function read(kernel: Kernel, source: Source, position: number, into: Uint8Array): number {
  source.bytes = Math.max(source.bytes, position + into.length);
  return inodeRead(kernel, source.inode, position, into);
}

function readImage(kernel: Kernel, source: Source): ElfImage | number {
  const head = new Uint8Array(HEADER_BYTES);
  const got = read(kernel, source, 0, head);
  if (got < 0) return got;
  const facts = elfFacts(head.subarray(0, got));
  if (facts === undefined) return -ENOEXEC;
  const foreign = kernel.abi.checkElf(facts);
  if (
    foreign !== undefined ||
    facts.class !== ELFCLASS32 ||
    (facts.data !== ELFDATA2LSB && facts.data !== ELFDATA2MSB)
  ) {
    kernel.host.log.debug({ reason: foreign }, 'ELF file is not for this machine');
    return -ENOEXEC;
  }
  const little = facts.data === ELFDATA2LSB;
  const view = new DataView(head.buffer);
  const type = view.getUint16(16, little);
  const count = view.getUint16(44, little);
  const bytes = count * PHDR_BYTES;
  if (type !== ET_EXEC && type !== ET_DYN) return -ENOEXEC;
  if (view.getUint16(42, little) !== PHDR_BYTES || bytes === 0 || bytes > PHDRS_LIMIT) return -ENOEXEC;
  const offset = view.getUint32(28, little);
  const table = new Uint8Array(bytes);
  const length = read(kernel, source, offset, table);
  if (length < 0) return length;
  if (length < bytes) return -EIO;
  const basis = {
    relocatable: type === ET_DYN,
    entry: view.getUint32(24, little),
    headersOffset: offset,
    flags: facts.flags,
  };
  return readHeaders(kernel, source, basis, new DataView(table.buffer), count, little);
}

interface Basis {
  readonly relocatable: boolean;
  readonly entry: number;
  readonly headersOffset: number;
  readonly flags: number;
}

function readHeaders(
  kernel: Kernel,
  source: Source,
  basis: Basis,
  table: DataView,
  count: number,
  little: boolean,
): ElfImage | number {
  const segments: ElfSegment[] = [];
  let interpreter: string | undefined;
  let stack: ElfImage['stack'] = 'absent';
  let headersAddress = 0;
  let segment: Uint8Array | undefined;
  for (let i = 0; i < count; i++) {
    const word = (index: number): number => table.getUint32(i * PHDR_BYTES + index * 4, little);
    const type = word(0);
    if (type === PT_LOAD) {
      segments.push(readSegment(word));
    } else if (type === PT_INTERP && interpreter === undefined) {
      const path = readInterpreter(kernel, source, word(1), word(4));
      if (typeof path === 'number') return path;
      interpreter = path;
    } else if (type === PT_GNU_STACK) {
      stack = word(6) & PF_X ? 'executable' : 'plain';
    } else if (type === kernel.abi.markSegment) {
      segment = readMarks(kernel, source, word(1), word(4));
    } else if (type === PT_PHDR) {
      headersAddress = word(2);
    }
  }
  if (segments.length === 0 || !plausible(kernel, segments)) return -ENOEXEC;
  if (headersAddress === 0) headersAddress = findHeaders(segments, basis.headersOffset);
  const { relocatable, entry, flags } = basis;
  const headers = { headersAddress, headerCount: count, headerBytes: PHDR_BYTES };
  return { relocatable, entry, segments, interpreter, ...headers, stack, marks: { flags, segment } };
}

function readSegment(word: (index: number) => number): ElfSegment {
  const flags = word(6);
  let prot = 0;
  if (flags & PF_R) prot |= PROT_READ;
  if (flags & PF_W) prot |= PROT_WRITE;
  if (flags & PF_X) prot |= PROT_EXEC;
  return { offset: word(1), address: word(2), fileSize: word(4), memorySize: word(5), align: word(7), prot };
}

/** Sizes and addresses that no program can have: refused before anything is mapped. */
function plausible(kernel: Kernel, segments: readonly ElfSegment[]): boolean {
  const { taskSize } = kernel.abi;
  for (const { address, fileSize, memorySize, offset } of segments) {
    if (fileSize > memorySize || memorySize > taskSize || address > taskSize - memorySize) return false;
    // File pages can be mapped only where offset and address agree within a page.
    if (fileSize > 0 && (address - offset) % 4096 !== 0) return false;
  }
  return true;
}

function findHeaders(segments: readonly ElfSegment[], offset: number): number {
  for (const segment of segments) {
    if (segment.offset <= offset && offset < segment.offset + segment.fileSize) {
      return segment.address + (offset - segment.offset);
    }
  }
  return 0;
}

/** The contents of a segment, as much of it as the file has. */
function readMarks(kernel: Kernel, source: Source, offset: number, size: number): Uint8Array {
  const bytes = new Uint8Array(Math.min(size, MARKS_LIMIT));
  return bytes.subarray(0, Math.max(0, read(kernel, source, offset, bytes)));
}

function readInterpreter(kernel: Kernel, source: Source, offset: number, size: number): string | number {
  if (size < 2 || size > PATH_MAX) return -ENOEXEC;
  const bytes = new Uint8Array(size);
  const got = read(kernel, source, offset, bytes);
  if (got < 0) return got;
  if (got < size) return -EIO;
  if (bytes[size - 1] !== 0) return -ENOEXEC;
  const end = bytes.indexOf(0);
  let path = '';
  for (let i = 0; i < end; i++) path += String.fromCharCode(bytes[i]!);
  return path;
}
