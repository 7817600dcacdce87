import { standardRegistry } from '@kml/machine';
import type { ConstantGroup } from './report.ts';

/** The constants of a CPU model, by where they come from: what was fitted first, then manuals, then what is assumed. */
export function constantsOf(arch: string, cpu: string, _calls: readonly string[]): ConstantGroup[] {
  const model = standardRegistry()
    .find(arch)
    ?.isa.cpuModels.find(({ name }) => name === cpu);
  if (model === undefined) throw new RangeError(`no CPU model '${cpu}' of ${arch}`);
  const groups = new Map<string, Record<string, number>>();
  for (const [name, value] of Object.entries(model.costs)) {
    const source = model.sources[name] ?? 'assumed';
    const group = groups.get(source) ?? {};
    group[name] = value;
    groups.set(source, group);
  }
  return [...groups]
    .map(([source, constants]) => ({ source, cpu, constants }))
    .sort((a, b) => rank(a.source) - rank(b.source));
}

/** Stable within a kind: as the model names them. */
function rank(source: string): number {
  if (source.startsWith('fitted')) return 0;
  return source.startsWith('assumed') ? 2 : 1;
}
