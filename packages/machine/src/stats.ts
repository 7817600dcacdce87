import type { EngineCounters, InstructionMix } from '@kml/core';
import { CPU_AREA, KERNEL_DATA_OFFSET, type Kernel, kernelRead32, rewriteState, syscallCounts } from '@kml/kernel';

/** Counters of a run: what `--stats` writes. */
export interface MachineStats {
  readonly arch: string;
  readonly cpu: string;
  readonly instructions: number;
  readonly cycles: number;
  /** Where the cycles went: the programs' own code; the kernel's entry code (all of kernel text) with the traps into it; the kernel's modelled work. Their sum is `cycles`. */
  readonly cyclesBy: { readonly user: number; readonly entry: number; readonly kernel: number };
  /** Kernel entries by way in, counted by the entry code in the guest itself. `directFull` and `recognisedFull`: those of the direct and recognised ones that went on through the full register frame. */
  readonly kernelEntries: {
    readonly trap: number;
    readonly fast: number;
    readonly direct: number;
    readonly directFull: number;
    /** Of the direct ones: those from trap instructions that were rewritten. */
    readonly directRewritten: number;
    readonly recognised: number;
    readonly recognisedFull: number;
    readonly fault: number;
    readonly interrupt: number;
  };
  /**
   * Rewriting of trap instructions (`rewrite`): places in files and anonymous memory that were rewritten,
   * how often that was done (each process anew), and what was left as it is and why, with the traps taken there.
   */
  readonly rewriting: {
    readonly sites: number;
    readonly patches: number;
    /** Exceptions at rewritten places that went on as the trap would have. */
    readonly resumed: number;
    readonly left: Readonly<Record<string, { readonly sites: number; readonly calls: number }>>;
  };
  /** System calls by name. */
  readonly syscalls: Readonly<Record<string, number>>;
  /** Calls of numbers that have no handler, by number. */
  readonly unimplemented: Readonly<Record<string, number>>;
  readonly pageFaults: { readonly minor: number; readonly major: number };
  readonly pagesOut: number;
  readonly pagesIn: number;
  readonly contextSwitches: number;
  readonly forks: number;
  readonly execs: number;
  readonly signals: number;
  readonly ticks: number;
  /** Instructions by class; only where the machine was made with `mix`. */
  readonly mix?: InstructionMix;
  readonly engine: EngineCounters;
}

/** Entries into the kernel so far, however: system calls, faults, interrupts. */
export function countEntries(kernel: Kernel): number {
  let sum = 0;
  for (const place of ENTRY_COUNTS) sum += cpuAreaWord(kernel, place);
  return sum;
}

/** A count that entry code keeps in the kernel's data (CPU_AREA). */
function cpuAreaWord(kernel: Kernel, offset: number): number {
  return kernelRead32(kernel, kernel.abi.taskSize + KERNEL_DATA_OFFSET + offset) >>> 0;
}

const ENTRY_COUNTS: readonly number[] = [
  CPU_AREA.entriesTrap,
  CPU_AREA.entriesFast,
  CPU_AREA.entriesDirect,
  CPU_AREA.entriesDirectFull,
  CPU_AREA.entriesRecognised,
  CPU_AREA.entriesFault,
  CPU_AREA.entriesInterrupt,
];

export function collectStats(kernel: Kernel, arch: string, cpu: string, engine: EngineCounters): MachineStats {
  const word = (offset: number): number => cpuAreaWord(kernel, offset);
  const { counters } = kernel.state;
  return {
    arch,
    cpu,
    instructions: engine.instructions,
    cycles: engine.cycles,
    cyclesBy: {
      user: engine.cycles - engine.entryCycles - engine.kernelCycles,
      entry: engine.entryCycles,
      kernel: engine.kernelCycles,
    },
    kernelEntries: {
      trap: word(CPU_AREA.entriesTrap),
      fast: word(CPU_AREA.entriesFast),
      direct: word(CPU_AREA.entriesDirect),
      directFull: word(CPU_AREA.entriesDirectFull),
      directRewritten: word(CPU_AREA.entriesRewritten),
      recognised: word(CPU_AREA.entriesRecognised),
      recognisedFull: word(CPU_AREA.entriesRecognisedFull),
      fault: word(CPU_AREA.entriesFault),
      interrupt: word(CPU_AREA.entriesInterrupt),
    },
    rewriting: rewritingOf(kernel),
    syscalls: Object.fromEntries(syscallCounts(kernel)),
    unimplemented: Object.fromEntries(counters.unimplemented),
    pageFaults: { minor: counters.minorFaults, major: counters.majorFaults },
    pagesOut: counters.pagesOut,
    pagesIn: counters.pagesIn,
    contextSwitches: counters.contextSwitches,
    forks: counters.forks,
    execs: counters.execs,
    signals: counters.signals,
    ticks: counters.ticks,
    engine: { ...engine },
  };
}

function rewritingOf(kernel: Kernel): MachineStats['rewriting'] {
  const { sites, patches, resumed, left } = rewriteState(kernel);
  return {
    sites,
    patches,
    resumed,
    left: Object.fromEntries([...left].map(([reason, counts]) => [reason, { ...counts }])),
  };
}
