/** The local descriptor table: modify_ldt. Linux 6.1 arch/x86/kernel/ldt.c */
import { copyOut, EFAULT, EINVAL, ENOSYS, type Kernel, kernelWrite32, type Task } from '@kml/kernel';
import { LDTR, LDTR_ATTR, LDTR_BASE, LDTR_LIMIT } from '../isa/system/registers.ts';
import { TSS } from '../isa/system/task-switch.ts';
import { LDT_ACCESS, segmentDescriptor } from './descriptors.ts';
import { DOUBLE_FAULT_TSS, GDT, GDT_LDT, LDT, LDT_ENTRIES, MAIN_TSS } from './layout.ts';
import { descriptorOf, isEmpty, readUserDesc } from './tls.ts';

const SELECTOR = GDT_LDT * 8;

/** Words of the process's LDT, up to its last entry; undefined while it has none. */
function ldtWords(task: Task): number[] | undefined {
  return task.mm?.arch.ldt as number[] | undefined;
}

/** Puts the task's LDT where the CPU looks for it: the table, its descriptor, LDTR, and both TSSes. */
export function ldtDescriptor(kernel: Kernel, task: Task): void {
  const words = ldtWords(task);
  const { cpu } = kernel;
  const selector = words === undefined ? 0 : SELECTOR;
  if (words === undefined && cpu.get(LDTR) === 0) return;
  const limit = Math.max((words?.length ?? 0) * 4, 8) - 1;
  const [low, high] = segmentDescriptor(LDT, limit, LDT_ACCESS, 0);
  kernelWrite32(kernel, GDT + SELECTOR, low);
  kernelWrite32(kernel, GDT + SELECTOR + 4, high);
  kernelWrite32(kernel, MAIN_TSS + TSS.ldt, selector);
  kernelWrite32(kernel, DOUBLE_FAULT_TSS + TSS.ldt, selector);
  cpu.set(LDTR, selector);
  cpu.set(LDTR_BASE, LDT);
  cpu.set(LDTR_LIMIT, limit);
  cpu.set(LDTR_ATTR, words === undefined ? 0 : LDT_ACCESS);
  if (words === undefined) return;
  words.forEach((word, i) => {
    kernelWrite32(kernel, LDT + 4 * i, word);
  });
}

/** modify_ldt(2): the table belongs to the address space. */
export function modifyLdt(kernel: Kernel, task: Task, func: number, pointer: number, bytes: number): number {
  switch (func) {
    case 0:
      return readLdt(kernel, task, pointer, bytes);
    case 1:
    case 0x11:
      return writeLdt(kernel, task, pointer, bytes, func === 1);
    case 2:
      return 0;
    default:
      return -ENOSYS;
  }
}

function readLdt(kernel: Kernel, task: Task, pointer: number, bytes: number): number {
  const words = ldtWords(task);
  if (words === undefined) return 0;
  const image = new Uint8Array(Int32Array.from(words).buffer).subarray(0, Math.min(bytes, words.length * 4));
  return copyOut(kernel, task, pointer, image) ? image.length : -EFAULT;
}

function writeLdt(kernel: Kernel, task: Task, pointer: number, bytes: number, old: boolean): number {
  if (bytes !== 16) return -EINVAL;
  const desc = readUserDesc(kernel, task, pointer);
  if (desc === undefined) return -EFAULT;
  if (desc.entry < 0 || desc.entry >= LDT_ENTRIES) return -EINVAL;
  const contents = (desc.flags >> 1) & 3;
  if (contents === 3 && (old || (desc.flags & 0x20) === 0)) return -EINVAL;
  const empty = old ? desc.base === 0 && desc.limit === 0 : isEmpty(desc);
  const words = ldtWords(task) ?? [];
  while (words.length < 2 * desc.entry + 2) words.push(0);
  const [low, high] = empty ? [0, 0] : descriptorOf(desc);
  words[2 * desc.entry] = low;
  words[2 * desc.entry + 1] = high;
  task.mm!.arch.ldt = words;
  ldtDescriptor(kernel, task);
  return 0;
}
