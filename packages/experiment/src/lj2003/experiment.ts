import { constantsOf } from '../constants.ts';
import type { Experiment } from '../experiment.ts';
import { type ExperimentReport, REPORT_FORMAT } from '../report.ts';
import type { ExperimentHost } from '../ways.ts';
import { architectureRows } from './architectures.ts';
import { articleChart, savingsChart } from './charts.ts';
import { CPU, pentium4Rows } from './pentium4.ts';
import { LJ2003 } from './published.ts';
import { architecturesTable, articleTable } from './tables.ts';
import { METHOD, READING } from './words.ts';

const TITLE = 'What getpid and gettimeofday cost by each way into the kernel (Linux Journal, 2003)';

/** The article that Kernel Mode Linux was presented with: two calls, by a trap and by a function call. */
export const lj2003: Experiment = {
  name: 'lj2003',
  title: TITLE,
  async run(host: ExperimentHost): Promise<ExperimentReport> {
    const article = await pentium4Rows(host);
    const others = await architectureRows(host);
    return {
      format: REPORT_FORMAT,
      experiment: 'lj2003',
      title: TITLE,
      publication: LJ2003.publication,
      method: METHOD,
      rows: [...article, ...others],
      tables: [articleTable(article), architecturesTable(others)],
      charts: [articleChart(article), savingsChart(others)],
      constants: constantsOf('ia32', CPU),
      reading: READING,
    };
  },
};
