import {
  Cpu,
  Engine,
  GuestMemory,
  Mmu,
  makePte,
  PTE_EXEC,
  PTE_PRESENT,
  PTE_USER,
  PTE_WRITE,
  STATE_BASE,
  type TranslatorFactory,
} from '@kml/core';
import { arm } from '../backend.ts';
import { layout, reg, USR } from '../state.ts';
import { readCpsr, writeCpsr } from '../system/psr.ts';

/** User code and data, a user page that is read-only, a kernel page with the vectors. */
export const CODE = 0x0001_0000;
export const DATA = 0x0002_0000;
export const READ_ONLY = 0x0003_0000;
export const VECTORS = 0xc000_1000;
/** Not mapped. */
export const NOWHERE = 0x0004_0000;

const USER_PAGE = PTE_PRESENT | PTE_USER | PTE_WRITE | PTE_EXEC;

/**
 * An ARM CPU with a page of code, one of data and vectors that are endless loops, for tests of what
 * crosses privilege levels: traps are delivered.
 */
export class TestMachine {
  readonly cpu: Cpu;
  readonly engine: Engine;
  /** Numbers of the kernel calls that were made. */
  readonly kernelCalls: number[] = [];
  private nextFrame = 0;

  /** Translated if `translator` is given. */
  constructor(translator?: TranslatorFactory) {
    const memory = new GuestMemory(64, 'little');
    const mmu = new Mmu(memory, 0xc000_0000);
    this.cpu = new Cpu(memory, mmu, layout, STATE_BASE);
    mmu.activate(mmu.createSpace());
    this.engine = new Engine({
      isa: arm,
      model: arm.cpuModels[0]!,
      cpu: this.cpu,
      kernel: {
        kernelCall: (number) => {
          this.kernelCalls.push(number);
          return 0;
        },
      },
      kernelText: { start: 0xc000_0000, end: 0xc010_0000 },
      hotness: translator ? 1 : Number.POSITIVE_INFINITY,
      verify: true,
      ...(translator ? { translator } : {}),
    });
    this.map(CODE, USER_PAGE);
    this.map(CODE + 0x1000, USER_PAGE);
    this.map(DATA, USER_PAGE);
    this.map(READ_ONLY, PTE_PRESENT | PTE_USER);
    this.map(VECTORS, PTE_PRESENT | PTE_WRITE | PTE_EXEC);
    // b .
    for (let at = 0; at < 0x20; at += 4) this.put(VECTORS + at, 0xeaff_fffe);
    arm.reset(this.cpu);
    this.set('vbar', VECTORS);
    this.psr = USR;
  }

  /** CPSR. */
  get psr(): number {
    return readCpsr(this.cpu) >>> 0;
  }
  set psr(value: number) {
    writeCpsr(this.cpu, value);
  }

  /** A slot, as uint32. */
  get(name: string): number {
    return this.cpu.get(reg(name)) >>> 0;
  }
  set(name: string, value: number): void {
    this.cpu.set(reg(name), value);
  }

  /** A word of mapped memory. */
  word(address: number): number {
    return this.cpu.virtual.read32(address | 0, true) >>> 0;
  }
  put(address: number, word: number): void {
    this.write(address, [word, word >>> 8, word >>> 16, word >>> 24]);
  }
  private write(address: number, bytes: readonly number[]): void {
    const { mmu, memory } = this.cpu;
    memory.writeFrame(mmu.entry(mmu.current, address >>> 12) >>> 12, address & 0xfff, Uint8Array.from(bytes));
  }

  /** Runs A32 instructions from CODE (or elsewhere), as many as there are. */
  run(words: readonly number[], at = CODE): void {
    words.forEach((word, n) => {
      this.put(at + 4 * n, word);
    });
    this.cpu.pc = at | 0;
    this.engine.run(words.length);
  }

  /** Runs T32 code from CODE (or elsewhere), `count` instructions of it. */
  runThumb(halves: readonly number[], count: number, at = CODE): void {
    halves.forEach((half, n) => {
      this.write(at + 2 * n, [half, half >>> 8]);
    });
    this.cpu.pc = at | 1;
    this.engine.run(count);
  }

  private map(address: number, entry: number): void {
    const { mmu, memory } = this.cpu;
    const frame = this.nextFrame++;
    memory.zeroFrame(frame);
    mmu.setEntry(mmu.current, address >>> 12, makePte(frame, entry));
  }
}
