/** Thread-local storage descriptors: struct user_desc to GDT entries 6 to 8. Linux 6.1 arch/x86/kernel/tls.c */

import type { Cpu } from '@kml/core';
import { copyIn, copyOut, EFAULT, EINVAL, ESRCH, type Kernel, kernelWriteWords, type Task } from '@kml/kernel';
import { layout } from '../isa/state.ts';
import { updateMode } from '../isa/system/mode.ts';
import { SEG_DS, SEG_ES, SEG_FS, SEG_GS, SELECTOR } from '../isa/system/registers.ts';
import { setNullSegment, setSegment } from '../isa/system/segments.ts';
import { segmentDescriptor } from './descriptors.ts';
import { GDT, GDT_TLS, TLS_ENTRIES } from './layout.ts';

const USER_DESC_BYTES = 16;
/** Descriptor's high word: present. */
const PRESENT = 0x8000;

/** struct user_desc. */
export interface UserDesc {
  entry: number;
  base: number;
  limit: number;
  /** Bit field: seg_32bit, contents (2 bits), read_exec_only, limit_in_pages, seg_not_present, useable. */
  flags: number;
}

const SEG_32BIT = 0x01;
const CONTENTS_SHIFT = 1;
const READ_EXEC_ONLY = 0x08;
const LIMIT_IN_PAGES = 0x10;
const SEG_NOT_PRESENT = 0x20;
const USEABLE = 0x40;
/** Flags of an empty entry. Linux: LDT_empty */
const EMPTY = READ_EXEC_ONLY | SEG_NOT_PRESENT;

/** Reads a user_desc; undefined for -EFAULT. */
export function readUserDesc(kernel: Kernel, task: Task, address: number): UserDesc | undefined {
  const bytes = copyIn(kernel, task, address, USER_DESC_BYTES);
  if (bytes === undefined) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const word = (at: number) => view.getUint32(at, true);
  return { entry: view.getInt32(0, true), base: word(4), limit: word(8), flags: word(12) & 0x7f };
}

/** Whether it asks for the entry to be cleared. Linux: LDT_empty, LDT_zero */
export function isEmpty(desc: UserDesc): boolean {
  return desc.base === 0 && desc.limit === 0 && (desc.flags === EMPTY || desc.flags === 0);
}

/** The descriptor's two words. Linux: fill_ldt */
export function descriptorOf(desc: UserDesc): readonly [low: number, high: number] {
  if (isEmpty(desc)) return [0, 0];
  const writable = desc.flags & READ_EXEC_ONLY ? 0 : 2;
  const contents = (desc.flags >> CONTENTS_SHIFT) & 3;
  const present = desc.flags & SEG_NOT_PRESENT ? 0 : 0x80;
  const access = 0x71 | writable | (contents << 2) | present;
  let flags = 0;
  if (desc.flags & USEABLE) flags |= 1;
  if (desc.flags & SEG_32BIT) flags |= 4;
  if (desc.flags & LIMIT_IN_PAGES) flags |= 8;
  return segmentDescriptor(desc.base, desc.limit & 0xf_ffff, access, flags);
}

/** Where the GDT has them. */
export const TLS_DESCRIPTORS = GDT + 8 * GDT_TLS;

/** Six words: low and high of each of the task's TLS descriptors. */
export function tlsWords(task: Task): number[] {
  task.arch.tls ??= new Array(2 * TLS_ENTRIES).fill(0);
  return task.arch.tls as number[];
}

/** Forgets the descriptors (exec). */
export function clearTls(task: Task): void {
  task.arch.tls = new Array(2 * TLS_ENTRIES).fill(0);
}

/** Writes the task's descriptors into the GDT. */
export function loadTls(kernel: Kernel, task: Task): void {
  kernelWriteWords(kernel, TLS_DESCRIPTORS, tlsWords(task));
}

/** Linux: tls_desc_okay */
function isAcceptable(desc: UserDesc): boolean {
  if (isEmpty(desc)) return true;
  return (
    (desc.flags & SEG_32BIT) !== 0 && ((desc.flags >> CONTENTS_SHIFT) & 3) <= 1 && (desc.flags & SEG_NOT_PRESENT) === 0
  );
}

/**
 * Sets a TLS descriptor of a task from the user_desc at `address` in the memory of `owner`; entry -1
 * takes a free one and is written back where `allocate`. 0 or -errno. Linux: do_set_thread_area
 */
export function setThreadArea(kernel: Kernel, owner: Task, task: Task, address: number, allocate: boolean): number {
  const desc = readUserDesc(kernel, owner, address);
  if (desc === undefined) return -EFAULT;
  if (!isAcceptable(desc)) return -EINVAL;
  const words = tlsWords(task);
  let slot = desc.entry - GDT_TLS;
  if (desc.entry === -1 && allocate) {
    slot = [0, 1, 2].find((n) => words[2 * n] === 0 && words[2 * n + 1] === 0) ?? -1;
    if (slot < 0) return -ESRCH;
    const entry = new Uint8Array(4);
    entry[0] = slot + GDT_TLS;
    if (!copyOut(kernel, owner, address, entry)) return -EFAULT;
  }
  if (slot < 0 || slot >= TLS_ENTRIES) return -EINVAL;
  const [low, high] = descriptorOf(desc);
  words[2 * slot] = low;
  words[2 * slot + 1] = high;
  return 0;
}

/** Fills the user_desc at `address` from the descriptor its entry number names. Linux: do_get_thread_area */
export function getThreadArea(kernel: Kernel, task: Task, address: number): number {
  const desc = readUserDesc(kernel, task, address);
  if (desc === undefined) return -EFAULT;
  const slot = desc.entry - GDT_TLS;
  if (slot < 0 || slot >= TLS_ENTRIES) return -EINVAL;
  return copyOut(kernel, task, address, threadArea(task, slot)) ? 0 : -EFAULT;
}

/** A TLS descriptor as struct user_desc. Linux: fill_user_desc */
export function threadArea(task: Task, slot: number): Uint8Array {
  const words = tlsWords(task);
  const bytes = new Uint8Array(USER_DESC_BYTES);
  const view = new DataView(bytes.buffer);
  const [low, high] = [words[2 * slot]!, words[2 * slot + 1]!];
  view.setInt32(0, slot + GDT_TLS, true);
  view.setUint32(4, (low >>> 16) | ((high & 0xff) << 16) | (high & 0xff00_0000), true);
  view.setUint32(8, (low & 0xffff) | (high & 0xf_0000), true);
  view.setUint32(12, userFlags(low, high), true);
  return bytes;
}

function userFlags(low: number, high: number): number {
  if (low === 0 && high === 0) return EMPTY;
  const access = high >>> 8;
  let flags = ((access >> 2) & 3) << CONTENTS_SHIFT;
  if (high & 0x40_0000) flags |= SEG_32BIT;
  if ((access & 2) === 0) flags |= READ_EXEC_ONLY;
  if (high & 0x80_0000) flags |= LIMIT_IN_PAGES;
  if ((access & 0x80) === 0) flags |= SEG_NOT_PRESENT;
  if (high & 0x10_0000) flags |= USEABLE;
  return flags;
}

const DATA_SEGMENTS = [SEG_ES, SEG_DS, SEG_FS, SEG_GS];

/**
 * Linux loads FS and GS anew on every way back to user code, so a changed descriptor takes effect
 * there; the entry code here compares selectors only, so the caches are refreshed at the change. A
 * register whose descriptor is gone becomes null, and the way back finds out that it cannot be loaded.
 */
function refreshCaches(cpu: Cpu, task: Task): void {
  const words = tlsWords(task);
  for (const segment of DATA_SEGMENTS) {
    const selector = cpu.get(SELECTOR[segment]!);
    const slot = (selector >> 3) - GDT_TLS;
    if (selector & 4 || slot < 0 || slot >= TLS_ENTRIES) continue;
    const [low, high] = [words[2 * slot]!, words[2 * slot + 1]!];
    if ((high & PRESENT) === 0) {
      setNullSegment(cpu, segment);
      continue;
    }
    const limit = (low & 0xffff) | (high & 0xf_0000);
    const base = (low >>> 16) | ((high & 0xff) << 16) | (high & 0xff00_0000);
    setSegment(cpu, segment, selector, base, high & 0x80_0000 ? (limit << 12) | 0xfff : limit, (high >>> 8) & 0xf0ff);
  }
  updateMode(cpu);
}

/** After a change of the running task's descriptors. */
export function refreshCpu(kernel: Kernel, task: Task): void {
  loadTls(kernel, task);
  refreshCaches(kernel.cpu, task);
}

/** After a change of the descriptors of a task that is switched out: its state visits the CPU. */
function refreshContext(kernel: Kernel, task: Task): void {
  const { cpu } = kernel;
  const present = new Uint8Array(layout.size);
  cpu.saveState(present);
  cpu.loadState(task.context);
  refreshCaches(cpu, task);
  cpu.saveState(task.context);
  cpu.loadState(present);
}

/** PTRACE_SET_THREAD_AREA. */
export function setTracedThreadArea(kernel: Kernel, tracer: Task, task: Task, address: number): number {
  const result = setThreadArea(kernel, tracer, task, address, false);
  if (result === 0) refreshContext(kernel, task);
  return result;
}

/** LinuxAbi.setTls: clone's CLONE_SETTLS, a user_desc in the parent's memory. */
export function setTls(kernel: Kernel, task: Task, argument: number): number {
  const parent = kernel.state.current!;
  const result = setThreadArea(kernel, parent, task, argument, false);
  if (result === 0) refreshContext(kernel, task);
  return result;
}
