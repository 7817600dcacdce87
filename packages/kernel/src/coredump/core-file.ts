/** The ELF file of a core dump. Linux 6.1 fs/binfmt_elf.c: elf_core_dump */
import { PAGE_SIZE } from '@kml/core';
import { StructWriter } from '../abi/struct.ts';
import type { Kernel } from '../kernel.ts';
import { PROT_EXEC, PROT_READ, PROT_WRITE } from '../mm/pte.ts';
import { readRemote } from '../mm/remote-access.ts';
import type { Mm, SigInfo, Task } from '../types.ts';
import { type DumpedRange, dumpedRanges } from './dumped-ranges.ts';
import { coreNotes } from './notes.ts';

const HEADER_BYTES = 52;
const PROGRAM_HEADER_BYTES = 32;
const [PT_LOAD, PT_NOTE] = [1, 4] as const;
const ET_CORE = 4;

/** Takes the next bytes of the file, or passes over some; false: no more (the limit, no room). */
export interface CoreSink {
  write(bytes: Uint8Array): boolean;
  skip(bytes: number): void;
}

function elfHeader(kernel: Kernel, headers: number): Uint8Array {
  const { abi } = kernel;
  const out = new StructWriter(kernel, HEADER_BYTES);
  out
    .text('\x7fELF')
    .u8(1)
    .u8(abi.isa.byteOrder === 'little' ? 1 : 2)
    .u8(1);
  out.at(16).u16(ET_CORE).u16(abi.debug.elfMachine).u32(1).u32(0).u32(HEADER_BYTES).u32(0);
  out.u32(abi.debug.coreFlags ?? 0);
  return out.u16(HEADER_BYTES).u16(PROGRAM_HEADER_BYTES).u16(headers).bytes;
}

function programHeaders(kernel: Kernel, noteBytes: number, ranges: readonly DumpedRange[]): Uint8Array {
  const count = ranges.length + 1;
  const out = new StructWriter(kernel, count * PROGRAM_HEADER_BYTES);
  const notesAt = HEADER_BYTES + count * PROGRAM_HEADER_BYTES;
  out.u32(PT_NOTE).u32(notesAt).u32(0).u32(0).u32(noteBytes).u32(0).u32(0).u32(0);
  let at = dataStart(notesAt + noteBytes);
  for (const { vma, bytes } of ranges) {
    const flags = (vma.prot & PROT_READ ? 4 : 0) | (vma.prot & PROT_WRITE ? 2 : 0) | (vma.prot & PROT_EXEC ? 1 : 0);
    out.u32(PT_LOAD).u32(at).u32(vma.start).u32(0);
    out
      .u32(bytes)
      .u32(vma.end - vma.start)
      .u32(flags)
      .u32(PAGE_SIZE);
    at += bytes;
  }
  return out.bytes;
}

function dataStart(end: number): number {
  return Math.ceil(end / PAGE_SIZE) * PAGE_SIZE;
}

/** Writes the file, as far as the sink takes it. */
export function writeCore(kernel: Kernel, task: Task, mm: Mm, info: SigInfo, sink: CoreSink): void {
  const threads = task.group.tasks.filter(({ state, stackSlot }) => state !== 'zombie' && stackSlot >= 0);
  const notes = coreNotes(kernel, task, threads, mm, info);
  const ranges = dumpedRanges(kernel, task, mm);
  const noteBytes = notes.reduce((sum, bytes) => sum + bytes.length, 0);
  const headers = programHeaders(kernel, noteBytes, ranges);
  const end = HEADER_BYTES + headers.length + noteBytes;
  if (!sink.write(elfHeader(kernel, ranges.length + 1)) || !sink.write(headers)) return;
  for (const bytes of notes) if (!sink.write(bytes)) return;
  sink.skip(dataStart(end) - end);
  for (const range of ranges) if (!writeRange(kernel, task, range, sink)) return;
}

/** Pages that are not there, or all zeros, are holes of the file. */
function writeRange(kernel: Kernel, task: Task, { vma, bytes }: DumpedRange, sink: CoreSink): boolean {
  const page = new Uint8Array(PAGE_SIZE);
  for (let done = 0; done < bytes; done += PAGE_SIZE) {
    const touched = vma.file !== undefined || task.mm!.space.pages.get((vma.start + done) / PAGE_SIZE) !== 0;
    const there = touched && readRemote(kernel, task, vma.start + done, page) === PAGE_SIZE;
    const full = there && page.some((byte) => byte !== 0);
    if (!full) sink.skip(PAGE_SIZE);
    else if (!sink.write(page)) return false;
  }
  return true;
}
