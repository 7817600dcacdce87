import {
  type Access,
  Cpu,
  Engine,
  GuestMemory,
  type IsaBackend,
  Mmu,
  makePte,
  PAGE_MASK,
  PAGE_SHIFT,
  PTE_EXEC,
  PTE_PRESENT,
  PTE_USER,
  PTE_WRITE,
  STATE_BASE,
  type TranslatorFactory,
} from '@kml/core';

/** What ended a run: a trap of the instruction at `pc`, or a fault; nothing was delivered. */
export interface TrapSeen {
  readonly pc: number;
  readonly vector: number;
  readonly error: number;
  /** Page faults: the access. */
  readonly access: Access | undefined;
  /** Page faults: the address. */
  readonly address: number;
  readonly present: boolean;
}

export interface FlatMachineOptions {
  readonly isa: IsaBackend;
  /** Brings a CPU that was just reset to user mode. */
  readonly enterUser: (cpu: Cpu) => void;
  /** First address of the kernel. */
  readonly kernelBase: number;
  /** Executions before a block is translated. Infinity, the default, interprets. */
  readonly hotness?: number;
  readonly translator?: TranslatorFactory;
}

/** A CPU of any ISA in user mode with no kernel: map memory, set the state, run until it traps, look. */
export class FlatMachine {
  readonly cpu: Cpu;
  readonly engine: Engine;
  /** What ended the last run; undefined where it came to its limit. */
  trap: TrapSeen | undefined;
  private readonly options: FlatMachineOptions;
  private nextFrame = 0;

  constructor(options: FlatMachineOptions) {
    this.options = options;
    const memory = new GuestMemory(256, options.isa.byteOrder);
    const mmu = new Mmu(memory, options.kernelBase);
    this.cpu = new Cpu(memory, mmu, options.isa.layout, STATE_BASE);
    mmu.activate(mmu.createSpace());
    this.engine = new Engine({
      isa: this.watched(),
      model: options.isa.cpuModels[0]!,
      cpu: this.cpu,
      kernel: { kernelCall: () => 0 },
      kernelText: { start: options.kernelBase, end: options.kernelBase },
      hotness: options.hotness ?? Number.POSITIVE_INFINITY,
      verify: true,
      ...(options.translator ? { translator: options.translator } : {}),
    });
    this.reset();
  }

  /** Registers as after reset, in user mode. */
  reset(): void {
    this.options.isa.reset(this.cpu);
    this.options.enterUser(this.cpu);
  }

  /** Maps zeroed pages, all rights, over [address, address + bytes). */
  map(address: number, bytes: number): void {
    const { mmu, memory } = this.cpu;
    const entry = PTE_PRESENT | PTE_USER | PTE_WRITE | PTE_EXEC;
    for (let page = address >>> PAGE_SHIFT; page <= (address + bytes - 1) >>> PAGE_SHIFT; page++) {
      const frame = this.nextFrame++;
      memory.zeroFrame(frame);
      mmu.setEntry(mmu.current, page, makePte(frame, entry));
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
    return Uint8Array.from({ length }, (_, i) => this.cpu.virtual.read8((address + i) | 0, false));
  }

  /** Executes at most `count` instructions from `pc`; sets `trap`. */
  run(pc: number, count: number): void {
    this.trap = undefined;
    this.cpu.pc = pc;
    this.engine.run(count);
  }

  /** The ISA, with what it would deliver noted instead. Traps that are no traps (see trapKind) are its own. */
  private watched(): IsaBackend {
    const { isa } = this.options;
    const note = (trap: Omit<TrapSeen, 'pc'>): void => {
      this.trap = { ...trap, pc: this.cpu.pc >>> 0, address: trap.address >>> 0 };
      this.engine.stop();
    };
    return {
      ...isa,
      deliverTrap(cpu, vector, error, next) {
        if (isARealTrap(isa, vector, cpu.mode)) {
          note({ vector, error, access: undefined, address: 0, present: true });
        } else isa.deliverTrap(cpu, vector, error, next);
      },
      deliverFault(_cpu, fault) {
        const { vector, error, access, address, present } = fault;
        note({ vector, error, access, address, present });
      },
    };
  }
}

function isARealTrap(isa: IsaBackend, vector: number, mode: number): boolean {
  return (isa.trapKind?.(vector, mode) ?? 'trap') === 'trap';
}
