import {
  Cpu,
  Engine,
  GuestMemory,
  type IsaBackend,
  Mmu,
  makePte,
  type OptimisationName,
  optimisationsWithout,
  PAGE_MASK,
  PAGE_SHIFT,
  PTE_EXEC,
  PTE_PRESENT,
  PTE_USER,
  PTE_WRITE,
  STATE_BASE,
  type TranslatorFactory,
} from '@kml/core';
import { ia32 } from '../backend.ts';
import { GENERAL, layout, reg, SEGMENTS } from '../state.ts';
import { readEflags, updateMode, writeEflags } from '../system/index.ts';
import { INT_ASSIST, PF, REP_DONE, SOFTWARE } from '../vectors.ts';

/** A trap that a program under test raised: nothing was delivered, the machine stopped. */
export interface TrapSeen {
  readonly vector: number;
  readonly error: number;
  /** The instruction. */
  readonly pc: number;
  /** Page faults: the address. */
  readonly address: number;
}

export const CODE_USER = 0xc0fb;
export const DATA_USER = 0xc0f3;

export interface FlatMachineOptions {
  /** Page frames; 64 by default. */
  readonly frames?: number;
  /** Executions before a block is translated. Infinity, the default, interprets. */
  readonly hotness?: number;
  /** Translates hot blocks; without it everything is interpreted. */
  readonly translator?: TranslatorFactory;
  readonly cpl?: 0 | 3;
  /** Optimisations that are off. */
  readonly without?: readonly OptimisationName[];
}

/**
 * A CPU with flat segments and no kernel, for tests of instructions: map memory, set registers, run,
 * look. Traps and faults are not delivered but noted, and stop the run.
 */
export class FlatMachine {
  readonly cpu: Cpu;
  readonly engine: Engine;
  /** The trap that ended the last run, if one did. */
  trap: TrapSeen | undefined;
  private nextFrame = 0;

  constructor(options: FlatMachineOptions = {}) {
    const memory = new GuestMemory(options.frames ?? 64, 'little');
    const mmu = new Mmu(memory, 0xc0000000);
    this.cpu = new Cpu(memory, mmu, layout, STATE_BASE);
    const space = mmu.createSpace();
    mmu.activate(space);
    this.engine = new Engine({
      isa: this.watched(),
      model: ia32.cpuModels[0]!,
      cpu: this.cpu,
      kernel: { kernelCall: () => 0 },
      kernelText: { start: 0xc0000000, end: 0xc0100000 },
      hotness: options.hotness ?? Number.POSITIVE_INFINITY,
      verify: true,
      optimisations: optimisationsWithout(options.without ?? []),
      ...(options.translator ? { translator: options.translator } : {}),
    });
    this.resetCpu(options.cpl ?? 3);
  }

  /** Registers as after reset, at the given privilege level with flat segments. */
  resetCpu(cpl: 0 | 3 = 3): void {
    ia32.reset(this.cpu);
    for (const name of SEGMENTS) {
      this.cpu.set(reg(name), (name === 'cs' ? 0x70 : 0x78) | cpl);
      const attr = name === 'cs' ? CODE_USER : DATA_USER;
      this.cpu.set(reg(`${name}Attr`), cpl === 3 ? attr : attr & ~0x60);
    }
    updateMode(this.cpu);
  }

  /** Maps zeroed pages over [address, address + bytes). */
  map(address: number, bytes: number, rights = PTE_USER | PTE_WRITE | PTE_EXEC): void {
    const { mmu, memory } = this.cpu;
    for (let page = address >>> PAGE_SHIFT; page <= (address + bytes - 1) >>> PAGE_SHIFT; page++) {
      const frame = this.nextFrame++;
      memory.zeroFrame(frame);
      mmu.setEntry(mmu.current, page, makePte(frame, PTE_PRESENT | rights));
    }
  }

  write(address: number, bytes: ArrayLike<number>): void {
    const { mmu, memory } = this.cpu;
    const data = bytes instanceof Uint8Array ? bytes : Uint8Array.from(bytes);
    for (let i = 0; i < data.length; ) {
      const at = (address + i) >>> 0;
      const offset = at & PAGE_MASK;
      const length = Math.min(data.length - i, PAGE_MASK + 1 - offset);
      memory.writeFrame(mmu.entry(mmu.current, at >>> PAGE_SHIFT) >>> PAGE_SHIFT, offset, data.subarray(i, i + length));
      i += length;
    }
  }

  read(address: number, length: number): Uint8Array {
    return Uint8Array.from({ length }, (_, i) => this.cpu.virtual.read8((address + i) | 0, true));
  }

  read32(address: number): number {
    return this.cpu.virtual.read32(address, true) >>> 0;
  }

  /** Registers by name (eax … edi, eflags, pc), unsigned. */
  get(name: string): number {
    return (name === 'eflags' ? readEflags(this.cpu) : this.cpu.get(reg(name))) >>> 0;
  }
  set(values: Record<string, number>): void {
    for (const [name, value] of Object.entries(values)) {
      if (name === 'eflags') writeEflags(this.cpu, value);
      else this.cpu.set(reg(name), value | 0);
    }
    updateMode(this.cpu);
  }
  general(): number[] {
    return GENERAL.map((name) => this.get(name));
  }

  /** Executes at most `count` instructions from `pc`; how many were executed. */
  run(pc: number, count: number): number {
    this.trap = undefined;
    // A trap that a system routine delivers itself (a single step) finds no gates here.
    this.cpu.shutdownReason = undefined;
    this.cpu.pc = pc;
    const before = this.engine.instructions();
    this.engine.run(count);
    return this.engine.instructions() - before;
  }

  private watched(): IsaBackend {
    const note = (vector: number, error: number, address: number): void => {
      this.trap = { vector, error, pc: this.cpu.pc >>> 0, address: address >>> 0 };
      this.engine.stop();
    };
    return {
      ...ia32,
      deliverTrap(cpu, vector, error, next) {
        if (vector === INT_ASSIST) note(SOFTWARE | error, 0, 0);
        else if (vector >= REP_DONE) ia32.deliverTrap(cpu, vector, error, next);
        else note(vector, error, 0);
      },
      deliverFault(_cpu, fault) {
        if (fault.access === undefined) note(fault.vector, fault.error, 0);
        else note(PF, (fault.present ? 1 : 0) | (fault.access === 'write' ? 2 : 0), fault.address);
      },
    };
  }
}
