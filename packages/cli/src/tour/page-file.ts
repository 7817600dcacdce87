import { resolve } from 'node:path';
import type { Comparison } from '@kml/compare';
import { standardRegistry } from '@kml/machine';
import { openOutput } from '../compare/output.ts';
import { Failure } from '../failure.ts';
import { loadReport } from '../report.ts';

/** Where a comparison's page goes. */
export interface PageFile {
  /** With its whole path. */
  readonly name: string;
  write(comparison: Comparison): Promise<void>;
}

/** Opens the file before the work begins whose result goes there. Throws Failure. */
export function openPage(option: string, path: string): PageFile {
  if (path === '-') throw new Failure(`${option} -: standard output has the tour`);
  const output = openOutput(option, path)!;
  return {
    name: resolve(path),
    async write(comparison) {
      const { comparisonPage } = await loadReport();
      output(
        comparisonPage(
          comparison,
          standardRegistry().plugins.flatMap(({ isa }) => isa.cpuModels),
        ),
      );
    },
  };
}
