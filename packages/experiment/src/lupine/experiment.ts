import { constantsOf } from '../constants.ts';
import type { Experiment } from '../experiment.ts';
import { type ExperimentReport, REPORT_FORMAT } from '../report.ts';
import type { ExperimentHost } from '../ways.ts';
import { busyChart, callsChart } from './charts.ts';
import { ARCH, busyRows, CPU, callRows } from './measure.ts';
import { LUPINE } from './published.ts';
import { gainTable, timeTable } from './tables.ts';
import { METHOD, READING } from './words.ts';

const TITLE = 'What kernel mode gains a system call, and how soon other work hides it (Lupine, EuroSys 2020)';

/** The paper that made Kernel Mode Linux a unikernel's: three calls, and getppid with more and more to do between two of them. */
export const lupine: Experiment = {
  name: 'lupine',
  title: TITLE,
  async run(host: ExperimentHost): Promise<ExperimentReport> {
    const calls = await callRows(host);
    const busy = await busyRows(host);
    return {
      format: REPORT_FORMAT,
      experiment: 'lupine',
      title: TITLE,
      publication: LUPINE.publication,
      method: METHOD,
      rows: [...calls, ...busy],
      tables: [timeTable(calls), gainTable(calls, busy)],
      charts: [callsChart(calls), busyChart(busy)],
      constants: constantsOf(ARCH, CPU),
      reading: READING,
    };
  },
};
