/** Call chains for reports about the kernel's own trouble. */
import { PAGE_SHIFT, PTE_EXEC, PTE_PRESENT } from '@kml/core';
import type { Kernel } from '../kernel.ts';
import { KERNEL_STACKS_OFFSET, STACK_BYTES } from '../kernel-memory.ts';
import { isKernelMapped, kernelRead32 } from '../mm/kernel-access.ts';
import { findVma } from '../mm/vma.ts';
import { frameAddress } from '../task/thread-info.ts';
import { hex32 } from './console.ts';
import { cpuRegisters, symbolAt } from './describe.ts';

const TRACE_LINES = 16;
/** Words of a user's stack that are looked at. */
const USER_WORDS = 256;
const CODE = PTE_PRESENT | PTE_EXEC;

/**
 * The call chain: what the link register says, if given, and the words above the stack pointer that point
 * into code; old ones may be among them.
 */
export function backtrace(kernel: Kernel, sp: number, link?: number): string[] {
  const calls = sp >>> 0 < kernel.abi.taskSize ? userCalls(kernel, sp) : kernelCalls(kernel, sp);
  if (link !== undefined && isCode(kernel, link) && calls[0] !== link >>> 0) calls.unshift(link >>> 0);
  return calls.slice(0, TRACE_LINES).map((address) => ` [${hex32(address)}] ${placeOf(kernel, address)}`);
}

/** The call chain of what the CPU does now; where the kernel's stack has none, of the program. */
export function currentBacktrace(kernel: Kernel): string[] {
  const { columns, stackPointer, link } = kernel.abi.debug.stackWalk;
  const sp = cpuRegister(kernel, columns.get(stackPointer)) ?? 0;
  const banked = isStack(kernel, sp) ? undefined : cpuRegister(kernel, kernel.abi.bankedStackPointer);
  const calls = backtrace(
    kernel,
    banked ?? sp,
    link === undefined ? undefined : cpuRegister(kernel, columns.get(link)),
  );
  return calls.length > 0 ? calls : programBacktrace(kernel);
}

/** By its frame, or by a register that the entry code keeps its stack pointer in, if it made no frame. */
function programBacktrace(kernel: Kernel): string[] {
  const task = kernel.state.current;
  const mm = task?.mm;
  if (task === undefined || !mm) return [];
  const pointers = [kernel.abi.frame.sp(kernel, frameAddress(kernel, task)), ...Object.values(cpuRegisters(kernel))];
  const sp = pointers.find((pointer) => findVma(mm, pointer >>> 0)?.growsDown && isStack(kernel, pointer >>> 0));
  return sp === undefined ? [] : backtrace(kernel, sp);
}

function cpuRegister(kernel: Kernel, name: string | undefined): number | undefined {
  const found = kernel.abi.isa.layout.slots.find((candidate) => candidate.name === name);
  return found?.type === 'i32' ? kernel.cpu.get(found) >>> 0 : undefined;
}

/** Whether a pointer leads to a kernel stack, or to memory of the current program that is there. */
function isStack(kernel: Kernel, pointer: number): boolean {
  const { mmu, abi } = kernel;
  if (pointer >= abi.taskSize) return pointer >= abi.taskSize + KERNEL_STACKS_OFFSET && isKernelMapped(kernel, pointer);
  return (mmu.entry(mmu.current, pointer >>> PAGE_SHIFT) & PTE_PRESENT) !== 0;
}

function isCode(kernel: Kernel, address: number): boolean {
  const { mmu } = kernel;
  return (mmu.entry(mmu.current, address >>> PAGE_SHIFT) & CODE) === CODE;
}

function kernelCalls(kernel: Kernel, sp: number): number[] {
  const { image } = kernel;
  const calls: number[] = [];
  const end = Math.min(0x1_0000_0000, (((sp >>> 0) & -STACK_BYTES) >>> 0) + STACK_BYTES);
  for (let at = ((sp >>> 0) & ~3) >>> 0; at < end && calls.length < TRACE_LINES; at += 4) {
    if (!isKernelMapped(kernel, at)) break;
    const word = kernelRead32(kernel, at) >>> 0;
    if (word >= image.textStart >>> 0 && word < image.textEnd >>> 0) calls.push(word);
  }
  return calls;
}

function userCalls(kernel: Kernel, sp: number): number[] {
  const { mmu, memory } = kernel;
  const calls: number[] = [];
  for (let i = 0; i < USER_WORDS && calls.length < TRACE_LINES; i++) {
    const at = (((sp >>> 0) & ~3) >>> 0) + 4 * i;
    const entry = mmu.entry(mmu.current, at >>> PAGE_SHIFT);
    if (!(entry & PTE_PRESENT)) break;
    const word = memory.i32[(memory.frameAddress(entry >>> PAGE_SHIFT) + (at & 0xfff)) >> 2]! >>> 0;
    if (isCode(kernel, word)) calls.push(word);
  }
  return calls;
}

/** The kernel's symbol, or the file that is mapped there, as Linux's print_vma_addr has it. */
function placeOf(kernel: Kernel, address: number): string {
  const mm = kernel.state.current?.mm;
  const vma = mm && findVma(mm, address);
  if (vma === undefined) return symbolAt(kernel, address);
  const name = vma.file?.path.dentry.name ?? vma.name;
  return `${name || 'anonymous memory'}[${vma.start.toString(16)}+${(vma.end - vma.start).toString(16)}]`;
}
