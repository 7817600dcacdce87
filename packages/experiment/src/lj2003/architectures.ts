import { standardRegistry } from '@kml/machine';
import { rounded } from '../numbers.ts';
import type { ReportRow } from '../report.ts';
import { type ExperimentHost, type Measurement, measureWays } from '../ways.ts';

/** What a call is measured on: the ways that are open differ. */
export const MACHINES: readonly Pick<Measurement, 'mode' | 'traps'>[] = [
  { mode: 'user' },
  { mode: 'kernel' },
  { mode: 'kernel', traps: 'recognised' },
  { mode: 'kernel', traps: 'rewritten' },
];

/** The same measurements on every architecture, each on its first CPU model: nobody has published any. */
export async function architectureRows(host: ExperimentHost): Promise<ReportRow[]> {
  const rows: ReportRow[] = [];
  for (const { name: arch, isa } of standardRegistry().plugins) {
    const cpu = isa.cpuModels[0]!.name;
    for (const call of ['getpid', 'gettimeofday']) {
      for (const asked of MACHINES) {
        const { mode } = asked;
        const { calls } = await measureWays(host, { arch, cpu, call, ...asked });
        for (const [way, cycles] of calls) {
          rows.push({
            ...{ quantity: `${call} by ${way}`, arch, cpu, call, mode, way },
            ...{ value: rounded(cycles), unit: 'cycles', basis: 'unpublished' },
          });
        }
      }
    }
  }
  return rows;
}
