import { PAGE_SIZE } from '@kml/core';
import type { Kernel } from '@kml/kernel';

/** FNV-1a over 32-bit words, twice with different offsets: 64 bits, enough to tell machine states apart. */
class Hash {
  private a = 0x811c9dc5;
  private b = 0x01234567;

  words(from: Int32Array): void {
    let { a, b } = this;
    for (const word of from) {
      a = Math.imul(a ^ word, 0x01000193);
      b = Math.imul(b ^ (word >>> 7) ^ (word << 9), 0x01000193);
      a ^= a >>> 15;
    }
    this.a = a;
    this.b = b;
  }

  text(): string {
    return [this.a, this.b].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
  }
}

/** The CPU state; a transient slot counts only between a branch and its delay slot, where the low bits of pc say so. */
function stateWords({ abi: { isa }, cpu }: Kernel): Int32Array {
  const state = cpu.i32.slice(cpu.base >> 2, (cpu.base + cpu.layout.size) >> 2);
  if ((cpu.pc & (isa.instructionAlign - 1)) !== 0) return state;
  for (const name of isa.transientSlots ?? []) state[cpu.layout.slot(name, 'i32').offset >> 2] = 0;
  return state;
}

/** Hash of the CPU state, all page frames, and the instruction and cycle counters. */
export function hashState(kernel: Kernel): string {
  const { memory, engine } = kernel;
  const hash = new Hash();
  const words = (address: number, bytes: number): Int32Array =>
    memory.i32.subarray(address >> 2, (address + bytes) >> 2);
  hash.words(stateWords(kernel));
  hash.words(words(memory.frameBase, memory.frameCount * PAGE_SIZE));
  const [instructions, cycles] = [engine.instructions(), engine.cycles()];
  hash.words(Int32Array.of(instructions, instructions / 2 ** 32, cycles, cycles / 2 ** 32));
  return hash.text();
}
