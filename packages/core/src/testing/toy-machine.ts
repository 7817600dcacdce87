import { Cpu } from '../cpu/cpu.ts';
import { Engine } from '../engine/engine.ts';
import { type EngineOptions, KERNEL_GO_ON, type SteadyCall } from '../engine/engine-types.ts';
import type { IsaBackend } from '../isa-backend.ts';
import type { AddressSpace } from '../memory/address-space.ts';
import { GuestMemory } from '../memory/guest-memory.ts';
import { PAGE_SHIFT, PAGE_SIZE, STATE_BASE } from '../memory/memory-map.ts';
import { Mmu } from '../memory/mmu.ts';
import { makePte, PTE_EXEC, PTE_PRESENT, PTE_USER, PTE_WRITE } from '../memory/page-table.ts';
import { toyIsa } from './toy-isa.ts';

export const KERNEL_BASE = 0xc000_0000;
export const USER_CODE = 0x1_0000;
export const USER_DATA = 0x2_0000;
export const KERNEL_TEXT = KERNEL_BASE + 0x10_0000;
export const RX = PTE_PRESENT | PTE_USER | PTE_EXEC;
export const RWX = RX | PTE_WRITE;
export const RW = PTE_PRESENT | PTE_USER | PTE_WRITE;
export const KERNEL_RX = PTE_PRESENT | PTE_EXEC;

export interface ToyMachine {
  readonly memory: GuestMemory;
  readonly mmu: Mmu;
  readonly cpu: Cpu;
  readonly engine: Engine;
  readonly space: AddressSpace;
  /** Kernel calls made so far; those that translated code answered come late. */
  readonly calls: number[];
  /** Which calls are steady; none unless set. */
  steadyCall: (number: number) => SteadyCall | undefined;
  /** Answers kernel calls; KERNEL_GO_ON unless set. */
  onKernelCall: (number: number) => number;
  /** Maps a fresh frame at that page of the space; its number. */
  map(address: number, flags: number, space?: AddressSpace): number;
  /** Maps a frame. */
  mapFrame(address: number, frame: number, flags: number, space?: AddressSpace): void;
  /** Writes guest-order bytes through the current space's page tables, as the kernel would. */
  poke(address: number, bytes: readonly number[]): void;
  reg(name: string): number;
  setReg(name: string, value: number): void;
}

/** A machine with two pages of user code at USER_CODE, two of data at USER_DATA, one of kernel text. */
export function toyMachine(options: Partial<EngineOptions> & { isa?: IsaBackend; frames?: number } = {}): ToyMachine {
  const isa = options.isa ?? toyIsa();
  const memory = new GuestMemory(options.frames ?? 64, isa.byteOrder);
  const mmu = new Mmu(memory, KERNEL_BASE);
  const cpu = new Cpu(memory, mmu, isa.layout, STATE_BASE);
  const space = mmu.createSpace();
  const calls: number[] = [];
  let nextFrame = 1;
  const machine: ToyMachine = {
    memory,
    mmu,
    cpu,
    space,
    calls,
    onKernelCall: () => KERNEL_GO_ON,
    steadyCall: () => undefined,
    engine: new Engine({
      isa,
      model: isa.cpuModels[0]!,
      cpu,
      kernel: {
        kernelCall(number) {
          calls.push(number);
          return machine.onKernelCall(number);
        },
        steadyCall: (number) => machine.steadyCall(number),
        answered(number, count) {
          for (let i = 0; i < count; i++) calls.push(number);
        },
      },
      kernelText: { start: KERNEL_TEXT, end: KERNEL_TEXT + PAGE_SIZE },
      hotness: Number.POSITIVE_INFINITY,
      verify: true,
      ...options,
    }),
    map(address, flags, into = space) {
      const frame = nextFrame++;
      machine.mapFrame(address, frame, flags, into);
      return frame;
    },
    mapFrame(address, frame, flags, into = space) {
      mmu.setEntry(into, address >>> PAGE_SHIFT, makePte(frame, flags));
    },
    poke(address, bytes) {
      bytes.forEach((byte, index) => {
        const entry = mmu.entry(mmu.current, (address + index) >>> PAGE_SHIFT);
        memory.writeFrame(entry >>> PAGE_SHIFT, (address + index) & (PAGE_SIZE - 1), Uint8Array.of(byte));
      });
    },
    reg: (name) => cpu.get(isa.layout.slot(name, 'i32')),
    setReg: (name, value) => cpu.set(isa.layout.slot(name, 'i32'), value),
  };
  mmu.activate(space);
  isa.reset(cpu);
  machine.map(USER_CODE, RWX);
  machine.map(USER_CODE + PAGE_SIZE, RWX);
  machine.map(USER_DATA, RW);
  machine.map(USER_DATA + PAGE_SIZE, RW);
  machine.map(KERNEL_TEXT, KERNEL_RX);
  cpu.pc = USER_CODE;
  cpu.mode = 0;
  return machine;
}
