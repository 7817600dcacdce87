import type { MachineStats } from '@kml/machine';
import type { Measures } from './comparison.ts';

/** A run's counters. @param clockHz of the CPU model */
export function measuresOf(stats: MachineStats, clockHz: number, hostSeconds: number | undefined): Measures {
  const { trap, fast, recognised, directRewritten: rewritten, fault, interrupt } = stats.kernelEntries;
  const direct = stats.kernelEntries.direct - rewritten;
  return {
    instructions: stats.instructions,
    cycles: stats.cycles,
    cyclesBy: stats.cyclesBy,
    nanoseconds: (stats.cycles / clockHz) * 1e9,
    ...(hostSeconds !== undefined && { hostSeconds }),
    kernelEntries: { trap, fast, direct, recognised, rewritten, fault, interrupt },
    systemCalls: Object.values(stats.syscalls).reduce((sum, count) => sum + count, 0),
    pageFaults: stats.pageFaults,
    contextSwitches: stats.contextSwitches,
    signals: stats.signals,
    ...(stats.mix && { mix: stats.mix }),
  };
}

/** (more - less) / units, in every number. Both have the same members. */
export function perUnit<T extends object>(more: T, less: T, units: number): T {
  const entries = Object.entries(more).map(([name, value]) => {
    const other = (less as Record<string, unknown>)[name];
    return [name, typeof value === 'number' ? (value - (other as number)) / units : perUnit(value, other as T, units)];
  });
  return Object.fromEntries(entries) as T;
}
