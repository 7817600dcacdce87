import type { CpuModel } from '@kml/core';
import { type WorkConstant, workConstants } from '@kml/kernel';
import type { ArchPlugin } from './plugin.ts';

/** A CPU model: what it charges, and where each figure comes from. */
export interface CpuDescription {
  readonly arch: string;
  readonly name: string;
  readonly title: string;
  readonly clockHz: number;
  /** It is what machines of this architecture have where nothing is said. */
  readonly isDefault: boolean;
  /** Cycles of a class of instructions. */
  readonly costs: readonly { readonly name: string; readonly cycles: number; readonly source: string }[];
  /** Cycles of the kernel's work, by unit. */
  readonly work: readonly WorkConstant[];
}

/** The CPU models of an architecture, the default one first. */
export function describeCpus({ name: arch, isa }: Pick<ArchPlugin, 'name' | 'isa'>): CpuDescription[] {
  return isa.cpuModels.map((model, index) => ({
    arch,
    name: model.name,
    title: model.title,
    clockHz: model.clockHz,
    isDefault: index === 0,
    costs: costsOf(model),
    work: workConstants(model),
  }));
}

function costsOf({ costs, sources }: CpuModel): CpuDescription['costs'] {
  return Object.entries(costs).map(([name, cycles]) => ({ name, cycles, source: sources[name] ?? '' }));
}
