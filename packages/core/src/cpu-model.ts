import type { CpuModel } from './isa-backend.ts';

/** A figure and where it comes from: a document with its table, the file that carries it, 'fitted' and to what, or 'assumed' and why. */
export type SourcedCost = readonly [cycles: number, source: string];

/**
 * A CPU model of cycles by class of instructions, each with its source.
 * @param workScale what the kernel's reference figures are multiplied by
 */
export function cpuModel(
  name: string,
  title: string,
  clockHz: number,
  costs: Readonly<Record<string, SourcedCost>>,
  workScale?: CpuModel['workScale'],
): CpuModel {
  const entries = Object.entries(costs);
  return {
    name,
    title,
    clockHz,
    costs: Object.fromEntries(entries.map(([key, [cycles]]) => [key, cycles])),
    sources: Object.fromEntries(entries.map(([key, [, source]]) => [key, source])),
    ...(workScale && { workScale }),
  };
}
