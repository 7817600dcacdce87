/** Registers and code for reports about the kernel's own trouble. */
import { type CodeReader, PAGE_SHIFT, PTE_PRESENT } from '@kml/core';
import type { Kernel } from '../kernel.ts';
import type { KernelImage } from '../linux-abi.ts';
import { hex32 } from './console.ts';

/** The symbol an address lies behind, as `name+0x12`, or the bare address. */
export function symbolAt(kernel: Kernel, address: number): string {
  const at = address >>> 0;
  const { image } = kernel;
  if (at < image.textStart >>> 0 || at >= image.textEnd >>> 0) return hex32(at);
  const { name, start } = symbolBefore(image, at);
  return name === '' ? hex32(at) : `${name}+0x${(at - start).toString(16)}`;
}

/** The last symbol of the kernel image at or before an address, and where it is; '' where there is none. */
export function symbolBefore({ symbols }: KernelImage, address: number): { name: string; start: number } {
  let name = '';
  let start = 0;
  for (const [symbol, value] of symbols) {
    const place = value >>> 0;
    if (place <= address && place >= start) [name, start] = [symbol, place];
  }
  return { name, start };
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
