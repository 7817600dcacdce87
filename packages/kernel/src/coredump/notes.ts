/** The notes of a core file. Linux 6.1 fs/binfmt_elf.c: fill_note_info, write_note_info */
import { PAGE_SIZE } from '@kml/core';
import { nativeNumber } from '../abi/numbers.ts';
import { nativeSet } from '../abi/signals.ts';
import { StructWriter } from '../abi/struct.ts';
import { NT_FPREGSET } from '../debug-abi.ts';
import { pathString } from '../fs/path-string.ts';
import type { Kernel } from '../kernel.ts';
import { readRemote } from '../mm/remote-access.ts';
import { encodeSigInfo } from '../signal/siginfo-struct.ts';
import { groupTimes } from '../task/times.ts';
import { cyclesToNs } from '../time/clock.ts';
import type { Mm, SigInfo, SigSet, Task } from '../types.ts';

const NT_PRSTATUS = 1;
const NT_PRPSINFO = 3;
const NT_AUXV = 6;
const NT_SIGINFO = 0x5349_4749;
const NT_FILE = 0x4649_4c45;

const COMM_BYTES = 16;
const ARGUMENT_BYTES = 80;

/** One note: sizes and type, then name and contents, each filled up to whole words. */
function note(kernel: Kernel, name: string, type: number, contents: Uint8Array): Uint8Array {
  const aligned = (bytes: number): number => (bytes + 3) & ~3;
  const nameBytes = aligned(name.length + 1);
  const out = new StructWriter(kernel, 12 + nameBytes + aligned(contents.length));
  out
    .u32(name.length + 1)
    .u32(contents.length)
    .u32(type)
    .text(name);
  out.bytes.set(contents, 12 + nameBytes);
  return out.bytes;
}

/** Writes a struct timeval of 32-bit members. */
function timeval(kernel: Kernel, out: StructWriter, cycles: number): void {
  const microseconds = Math.floor(cyclesToNs(cycles, kernel.options.clockHz) / 1000);
  out.u32(Math.floor(microseconds / 1e6)).u32(microseconds % 1e6);
}

/** struct elf_prstatus. */
function processStatus(kernel: Kernel, task: Task, info: SigInfo): Uint8Array {
  const { group } = task;
  const signo = nativeNumber(kernel, 'signal', info.signo);
  const general = kernel.abi.debug.registerSets[0]!;
  const low = (set: SigSet): number => nativeSet(kernel, set).w0 >>> 0;
  const whole = task === group.leader;
  const times = groupTimes(kernel, group);
  const out = new StructWriter(kernel, 72 + general.bytes + 4);
  out.u32(signo).skip(8).u16(signo).skip(2).u32(low(task.pending.set)).u32(low(task.sigMask));
  out
    .u32(task.tid)
    .u32(group.parent?.pid ?? 0)
    .u32(group.pgid)
    .u32(group.sid);
  timeval(kernel, out, whole ? times.userCycles : task.userCycles);
  timeval(kernel, out, whole ? times.systemCycles : task.systemCycles);
  timeval(kernel, out, group.childUserCycles);
  timeval(kernel, out, group.childSystemCycles);
  out.bytes.set(general.read(kernel, task)!, 72);
  return out.at(72 + general.bytes).u32(1).bytes;
}

/** struct elf_prpsinfo: of a thread that runs. */
function processInfo(kernel: Kernel, task: Task, mm: Mm): Uint8Array {
  const { group, cred } = task;
  const narrow = kernel.abi.debug.narrowIds === true;
  const out = new StructWriter(kernel, narrow ? 124 : 128);
  out.u8(0).text('R').u8(0).u8(task.nice).u32(0x40_0600);
  if (narrow) out.u16(cred.uid).u16(cred.gid);
  else out.u32(cred.uid).u32(cred.gid);
  out
    .u32(group.pid)
    .u32(group.parent?.pid ?? 0)
    .u32(group.pgid)
    .u32(group.sid);
  const names = narrow ? 28 : 32;
  out.text(task.comm.slice(0, COMM_BYTES - 1));
  const given = new Uint8Array(Math.max(0, Math.min(mm.argEnd - mm.argStart, ARGUMENT_BYTES - 1)));
  readRemote(kernel, task, mm.argStart, given);
  out.bytes.set(
    given.map((byte) => (byte === 0 ? 0x20 : byte)),
    names + COMM_BYTES,
  );
  return out.bytes;
}

function auxiliaryVector(kernel: Kernel, mm: Mm): Uint8Array {
  const out = new StructWriter(kernel, mm.auxv.length * 4);
  for (const word of mm.auxv) out.u32(word);
  return out.bytes;
}

/** Which files are mapped where. Linux: fill_files_note */
function mappedFiles(kernel: Kernel, mm: Mm): Uint8Array {
  const files = mm.vmas
    .filter(({ file, start, name }) => file !== undefined && start !== mm.vdso && name === '')
    .map((vma) => ({ vma, path: `${pathString(kernel, vma.file!.path)}\0` }));
  const names = files.reduce((sum, { path }) => sum + path.length, 0);
  const out = new StructWriter(kernel, 8 + files.length * 12 + names);
  out.u32(files.length).u32(PAGE_SIZE);
  for (const { vma } of files) {
    out
      .u32(vma.start)
      .u32(vma.end)
      .u32(vma.offset / PAGE_SIZE);
  }
  for (const { path } of files) out.text(path);
  return out.bytes;
}

/** All notes; the thread that got the signal comes first, and what is the process's is with it. */
export function coreNotes(kernel: Kernel, task: Task, threads: readonly Task[], mm: Mm, info: SigInfo): Uint8Array[] {
  const notes: Uint8Array[] = [];
  const add = (name: string, type: number, contents: Uint8Array): void => {
    notes.push(note(kernel, name, type, contents));
  };
  for (const thread of [task, ...threads.filter((other) => other !== task)]) {
    add('CORE', NT_PRSTATUS, processStatus(kernel, thread, info));
    if (thread === task) {
      add('CORE', NT_PRPSINFO, processInfo(kernel, task, mm));
      add('CORE', NT_SIGINFO, encodeSigInfo(kernel, info));
      add('CORE', NT_AUXV, auxiliaryVector(kernel, mm));
      add('CORE', NT_FILE, mappedFiles(kernel, mm));
    }
    for (const set of kernel.abi.debug.registerSets.slice(1)) {
      const contents = set.read(kernel, thread);
      if (contents !== undefined) add(set.type === NT_FPREGSET ? 'CORE' : 'LINUX', set.type, contents);
    }
  }
  return notes;
}
