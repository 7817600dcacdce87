import { Cpu } from '../cpu/cpu.ts';
import { Engine } from '../engine/engine.ts';
import { type OptimisationName, optimisationsWithout } from '../engine/optimisations.ts';
import type { IsaBackend } from '../isa-backend.ts';
import { GuestMemory } from '../memory/guest-memory.ts';
import { PAGE_SHIFT, STATE_BASE } from '../memory/memory-map.ts';
import { Mmu } from '../memory/mmu.ts';
import { makePte, PTE_EXEC, PTE_PRESENT, PTE_USER, PTE_WRITE } from '../memory/page-table.ts';

/** The page that user code has. */
const USER_PAGE = 1;

/** Instructions to be run one at a time on a CPU without a kernel. */
export interface BareCode {
  readonly isa: IsaBackend;
  /** Words of code by address, in the first page that user code has and the first of the kernel. All else is 0. */
  readonly words: Readonly<Record<number, number>>;
  /** Where kernel addresses begin. */
  readonly kernelBase: number;
  readonly without: readonly OptimisationName[];
}

/** Runs the instruction at `pc` in the state that `prepare` makes of the one after reset: gives the CPU state by slots, and the counts, when one instruction was counted. */
export type RunInstruction = (pc: number, prepare: (cpu: Cpu) => void) => Record<string, unknown>;

export function instructionRunner({ isa, words, kernelBase, without }: BareCode): RunInstruction {
  const memory = new GuestMemory(16, isa.byteOrder);
  const mmu = new Mmu(memory, kernelBase);
  const cpu = new Cpu(memory, mmu, isa.layout, STATE_BASE);
  mmu.activate(mmu.createSpace());
  const engine = new Engine({
    isa,
    model: isa.cpuModels[0]!,
    cpu,
    kernel: { kernelCall: () => 0 },
    kernelText: { start: kernelBase >>> 0, end: (kernelBase >>> 0) + 0x1000 },
    hotness: Number.POSITIVE_INFINITY,
    optimisations: optimisationsWithout(without),
    verify: true,
  });
  for (const [frame, page] of [USER_PAGE, kernelBase >>> PAGE_SHIFT].entries()) {
    const rights = PTE_WRITE | PTE_EXEC | (page === USER_PAGE ? PTE_USER : 0);
    memory.zeroFrame(frame);
    mmu.setEntry(mmu.current, page, makePte(frame, PTE_PRESENT | rights));
  }
  for (const [address, word] of Object.entries(words)) {
    const at = Number(address);
    const bytes = [word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff];
    if (isa.byteOrder === 'little') bytes.reverse();
    memory.writeFrame(at >>> PAGE_SHIFT === USER_PAGE ? 0 : 1, at & 0xfff, Uint8Array.from(bytes));
  }
  const [first, last] = [STATE_BASE >> 2, (STATE_BASE + isa.layout.size) >> 2];
  return (pc, prepare) => {
    cpu.i32.fill(0, first, last);
    isa.reset(cpu);
    prepare(cpu);
    cpu.pc = pc | 0;
    const before = [engine.instructions(), engine.cycles()];
    engine.run(1);
    const state = isa.layout.slots.map(({ name, offset }) => [name, cpu.i32[(STATE_BASE + offset) >> 2]]);
    return {
      ...Object.fromEntries(state),
      instructions: engine.instructions() - before[0]!,
      cycles: engine.cycles() - before[1]!,
      stopped: cpu.shutdownReason,
    };
  };
}
