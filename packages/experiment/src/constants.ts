import { standardRegistry } from '@kml/machine';
import type { ConstantGroup } from './report.ts';

/** The constants of a CPU model, by where they come from: what was fitted first, then manuals, then what is assumed. */
export function constantsOf(arch: string, cpu: string): ConstantGroup[] {
  const model = standardRegistry()
    .find(arch)
    ?.isa.cpuModels.find(({ name }) => name === cpu);
  if (model === undefined) throw new RangeError(`no CPU model '${cpu}' of ${arch}`);
  const { costs, sources, callWork = {}, callWorkSources = {} } = model;
  const groups = new Map<string, Record<string, number>>();
  const add = (name: string, value: number, source = 'assumed'): void => {
    groups.set(source, { ...groups.get(source), [name]: value });
  };
  for (const [call, cycles] of Object.entries(callWork)) add(`work of ${call}`, cycles, callWorkSources[call]);
  for (const [name, value] of Object.entries(costs)) add(name, value, sources[name]);
  return [...groups]
    .map(([source, constants]) => ({ source, cpu, constants }))
    .sort((a, b) => rank(a.source) - rank(b.source));
}

/** Stable within a kind: as the model names them. */
function rank(source: string): number {
  if (source.startsWith('fitted')) return 0;
  return source.startsWith('assumed') ? 2 : 1;
}
