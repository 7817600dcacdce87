/** Registers, code and call chain for reports about the kernel's own trouble. */
import { type CodeReader, PAGE_SHIFT, PTE_EXEC, PTE_PRESENT } from '@kml/core';
import type { Kernel } from '../kernel.ts';
import { STACK_BYTES } from '../kernel-memory.ts';
import { isKernelMapped, kernelRead32 } from '../mm/kernel-access.ts';
import { hex32 } from './console.ts';

/** The symbol an address lies behind, as `name+0x12`, or the bare address. */
export function symbolAt(kernel: Kernel, address: number): string {
  const at = address >>> 0;
  const { image } = kernel;
  if (at < image.textStart >>> 0 || at >= image.textEnd >>> 0) return hex32(at);
  let name = '';
  let start = 0;
  for (const [symbol, value] of image.symbols) {
    const place = value >>> 0;
    if (place <= at && place >= start) [name, start] = [symbol, place];
  }
  return name === '' ? hex32(at) : `${name}+0x${(at - start).toString(16)}`;
}

/** Reads instruction bytes of the current address space without touching anything. */
export function quietCode(kernel: Kernel): CodeReader {
  const { mmu, memory } = kernel;
  return {
    byte(address) {
      const at = mmu.entry(mmu.current, address >>> PAGE_SHIFT);
      if (!(at & PTE_PRESENT)) return -1;
      return memory.readByte(memory.frameAddress(at >>> PAGE_SHIFT) + (address & 0xfff));
    },
  };
}

/** The instruction at an address with its bytes, or where it cannot be read. */
export function describeCode(kernel: Kernel, pc: number): string {
  const code = quietCode(kernel);
  const { isa } = kernel.abi;
  const found = isa.disassemble(code, pc, kernel.cpu.mode);
  // Bits of pc below the alignment of instructions are the ISA's, and no part of the address.
  const at = pc & -isa.instructionAlign;
  if (found === undefined) return `${hex32(at)}: (not readable)`;
  const bytes = Array.from({ length: found.length }, (_, i) =>
    code
      .byte(at + i)
      .toString(16)
      .padStart(2, '0'),
  );
  return `${hex32(at)}: ${bytes.join(' ')}  ${found.text}`;
}

/** Registers by name, four to a line. */
export function describeRegisters(registers: Readonly<Record<string, number>>): string[] {
  const items = Object.entries(registers).map(([name, value]) => `${name.toUpperCase()}: ${hex32(value)}`);
  const lines: string[] = [];
  for (let i = 0; i < items.length; i += 4) lines.push(items.slice(i, i + 4).join('  '));
  return lines;
}

/** The CPU's registers as a debugger shows them. */
export function cpuRegisters(kernel: Kernel): Record<string, number> {
  const { isa } = kernel.abi;
  const registers: Record<string, number> = {};
  for (const name of isa.debugRegisters) {
    const slot = isa.layout.slots.find((candidate) => candidate.name === name);
    if (slot?.type === 'i32') registers[name] = kernel.cpu.get(slot);
  }
  return registers;
}

const TRACE_LINES = 16;
/** Words of a user's stack that are looked at. */
const USER_WORDS = 256;

/** Words above the stack pointer that point into code: the call chain, and perhaps old ones. */
export function backtrace(kernel: Kernel, sp: number): string[] {
  return sp >>> 0 < kernel.abi.taskSize ? userTrace(kernel, sp) : kernelTrace(kernel, sp);
}

function kernelTrace(kernel: Kernel, sp: number): string[] {
  const { image } = kernel;
  const lines: string[] = [];
  const end = Math.min(0x1_0000_0000, (((sp >>> 0) & -STACK_BYTES) >>> 0) + STACK_BYTES);
  for (let at = ((sp >>> 0) & ~3) >>> 0; at < end && lines.length < TRACE_LINES; at += 4) {
    if (!isKernelMapped(kernel, at)) break;
    const word = kernelRead32(kernel, at) >>> 0;
    if (word >= image.textStart >>> 0 && word < image.textEnd >>> 0) lines.push(traceLine(kernel, word));
  }
  return lines;
}

function userTrace(kernel: Kernel, sp: number): string[] {
  const { mmu, memory } = kernel;
  const need = PTE_PRESENT | PTE_EXEC;
  const lines: string[] = [];
  for (let i = 0; i < USER_WORDS && lines.length < TRACE_LINES; i++) {
    const at = (((sp >>> 0) & ~3) >>> 0) + 4 * i;
    const entry = mmu.entry(mmu.current, at >>> PAGE_SHIFT);
    if (!(entry & PTE_PRESENT)) break;
    const word = memory.i32[(memory.frameAddress(entry >>> PAGE_SHIFT) + (at & 0xfff)) >> 2]!;
    if ((mmu.entry(mmu.current, word >>> PAGE_SHIFT) & need) === need) lines.push(traceLine(kernel, word));
  }
  return lines;
}

function traceLine(kernel: Kernel, address: number): string {
  return ` [${hex32(address)}] ${symbolAt(kernel, address)}`;
}
