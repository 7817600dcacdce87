import type { CpuModel } from '@kml/core';

/** The model with cycles of the kernel's work behind system calls, by name, and where each figure comes from. */
export function withCallWork(
  model: CpuModel,
  work: Readonly<Record<string, readonly [cycles: number, source: string]>>,
): CpuModel {
  const entries = Object.entries(work);
  return {
    ...model,
    callWork: Object.fromEntries(entries.map(([name, [cycles]]) => [name, cycles])),
    callWorkSources: Object.fromEntries(entries.map(([name, [, source]]) => [name, source])),
  };
}
