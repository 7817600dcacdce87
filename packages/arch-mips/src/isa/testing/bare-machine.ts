import {
  Cpu,
  Engine,
  GuestMemory,
  Mmu,
  makePte,
  PAGE_SHIFT,
  PTE_EXEC,
  PTE_PRESENT,
  PTE_USER,
  PTE_WRITE,
  STATE_BASE,
  type TranslatorFactory,
} from '@kml/core';
import { mips, mipsel } from '../backend.ts';
import { reg } from '../state.ts';
import { updateMode } from '../system/mode.ts';
import { STATUS_CU1, STATUS_USER } from '../system/status.ts';

export interface BareMachineOptions {
  readonly order?: 'big' | 'little';
  /** Executions before a block is translated. Infinity, the default, interprets. */
  readonly hotness?: number;
  readonly translator?: TranslatorFactory;
}

/** First address of the kernel's, where user mode has no business. */
export const KERNEL_BASE = 0x8000_0000 | 0;
/** Where the machine's exception vectors are (EBase). */
export const VECTORS = KERNEL_BASE;

const USER_RIGHTS = PTE_USER | PTE_WRITE | PTE_EXEC;

/** A CPU with no kernel, for tests of instructions and exceptions: map memory, set registers, run, look. */
export class BareMachine {
  readonly cpu: Cpu;
  readonly engine: Engine;
  /** Numbers of the kernel calls made. */
  readonly kernelCalls: number[] = [];
  private nextFrame = 0;

  constructor(options: BareMachineOptions = {}) {
    const isa = options.order === 'big' ? mips : mipsel;
    const memory = new GuestMemory(64, isa.byteOrder);
    const mmu = new Mmu(memory, KERNEL_BASE);
    this.cpu = new Cpu(memory, mmu, isa.layout, STATE_BASE);
    mmu.activate(mmu.createSpace());
    this.engine = new Engine({
      isa,
      model: isa.cpuModels[0]!,
      cpu: this.cpu,
      kernel: {
        kernelCall: (number) => {
          this.kernelCalls.push(number);
          return 0;
        },
      },
      kernelText: { start: KERNEL_BASE >>> 0, end: (KERNEL_BASE >>> 0) + 0x10000 },
      hotness: options.hotness ?? Number.POSITIVE_INFINITY,
      verify: true,
      ...(options.translator ? { translator: options.translator } : {}),
    });
    isa.reset(this.cpu);
    this.set({ ebase: VECTORS, status: STATUS_USER | STATUS_CU1 });
    this.map(VECTORS, 0x1000, PTE_EXEC | PTE_WRITE);
  }

  /** Maps zeroed pages over [address, address + bytes). */
  map(address: number, bytes: number, rights = USER_RIGHTS): void {
    const { mmu, memory } = this.cpu;
    for (let page = address >>> PAGE_SHIFT; page <= (address + bytes - 1) >>> PAGE_SHIFT; page++) {
      const frame = this.nextFrame++;
      memory.zeroFrame(frame);
      mmu.setEntry(mmu.current, page, makePte(frame, PTE_PRESENT | rights));
    }
  }

  /** Writes words in guest order. */
  words(address: number, words: readonly number[]): void {
    const { memory, mmu } = this.cpu;
    words.forEach((word, n) => {
      const at = (address + 4 * n) >>> 0;
      const entry = mmu.entry(mmu.current, at >>> PAGE_SHIFT);
      const bytes = [word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff];
      if (!memory.bigEndian) bytes.reverse();
      memory.writeFrame(entry >>> PAGE_SHIFT, at & 0xfff, Uint8Array.from(bytes));
    });
  }

  word(address: number): number {
    return this.cpu.virtual.read32(address, true) >>> 0;
  }

  get(name: string): number {
    return this.cpu.get(reg(name)) >>> 0;
  }

  set(values: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(values)) this.cpu.set(reg(name), value | 0);
    updateMode(this.cpu);
  }

  /** Executes `count` instructions from `pc`, or from where it is. */
  run(count: number, pc?: number): void {
    if (pc !== undefined) this.cpu.pc = pc;
    this.engine.run(count);
  }
}
