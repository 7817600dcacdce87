import { styleText } from 'node:util';
import { openProgress } from '../progress.ts';
import { beginComparison } from './comparison.ts';
import { costTable } from './cost-table.ts';
import { debianBash } from './debian-bash.ts';
import { openInBrowser } from './open-in-browser.ts';
import type { PageFile } from './page-file.ts';
import { runExperiments } from './run-experiments.ts';
import { renderTable } from './table.ts';
import { COUNT_HEADINGS, counts, type TourRow } from './tour-row.ts';

export interface TourOptions {
  /** The first is shown in full, the others as lines of a table. */
  readonly archs: readonly string[];
  readonly debian: boolean;
  /** Where the comparison's page goes; undefined: no comparison is made. */
  readonly page?: PageFile | undefined;
  /** Show the page in a browser. */
  readonly open: boolean;
}

const show = (text: string): void => void process.stdout.write(text);
const bold = (text: string): string => styleText('bold', text);

/** Runs all experiments; 0 if each ended as it must, else 1. Throws Failure. */
export async function runTour({ archs, debian, page, open }: TourOptions): Promise<number> {
  const [first, ...others] = archs as [string, ...string[]];
  // Beside the experiments, on another core where there is one.
  const comparison = page && beginComparison(archs);
  try {
    show(`${bold('KML')}: programs under /trusted run at kernel privilege, and stay ordinary processes (${first})\n`);
    const rows = await runExperiments(first, show);
    if (debian) rows.push(...(await debianBash(first, show)));
    show(`\n${experimentTable(rows)}`);
    const failures = failuresOf(first, rows);
    if (others.length > 0) failures.push(...(await showOthers(others)));
    if (comparison) failures.push(...(await showComparison(await waitFor(comparison.result), page!, open)));
    if (failures.length > 0) show(`\n${failures.length} did not end as it must: ${failures.join('; ')}\n`);
    return failures.length > 0 ? 1 : 0;
  } finally {
    comparison?.stop();
  }
}

function experimentTable(rows: readonly TourRow[]): string {
  return renderTable(
    ['experiment', 'mode', 'ended', ...COUNT_HEADINGS],
    rows.map((row) => [row.title, row.mode, row.outcome, ...counts([row])]),
  );
}

/** The same experiments elsewhere: a line for each architecture and mode. Returns those that failed. */
async function showOthers(archs: readonly string[]): Promise<string[]> {
  const progress = openProgress(!process.stderr.isTTY);
  const lines: string[][] = [];
  const failures: string[] = [];
  try {
    for (const arch of archs) {
      progress.say(`the same on ${arch}`);
      const rows = await runExperiments(arch, () => {});
      failures.push(...failuresOf(arch, rows));
      for (const mode of ['user', 'kernel'] as const) {
        const own = rows.filter((row) => row.mode === mode);
        const good = own.filter(({ ok }) => ok).length;
        lines.push([arch, mode, `${good} of ${own.length}`, ...counts(own)]);
      }
    }
  } finally {
    progress.end();
  }
  show(`\n${bold('the same experiments on the other architectures, added up')}\n`);
  show(`\n${renderTable(['arch', 'mode', 'as it must', ...COUNT_HEADINGS], lines)}`);
  return failures;
}

function failuresOf(arch: string, rows: readonly TourRow[]): string[] {
  return rows.filter(({ ok }) => !ok).map(({ title, mode }) => `${title} (${arch}, ${mode})`);
}

async function waitFor<T>(result: Promise<T>): Promise<T> {
  const progress = openProgress(!process.stderr.isTTY);
  progress.say('comparing: every workload, on every architecture, in both modes, by every way into the kernel');
  try {
    return await result;
  } finally {
    progress.end();
  }
}

/** What a call costs, and where all the rest is. Returns what failed. */
async function showComparison(
  comparison: Awaited<ReturnType<typeof beginComparison>['result']>,
  page: PageFile,
  open: boolean,
): Promise<string[]> {
  show(`\n${bold('what one getpid costs, by mode and way into the kernel, in cycles of the CPU model')}\n\n`);
  show(costTable(comparison, 'getpid'));
  await page.write(comparison);
  const { rows } = comparison;
  const workloads = new Set(rows.map(({ workload }) => workload.name)).size;
  const archs = new Set(rows.map(({ arch }) => arch)).size;
  const where = archs === 1 ? `on ${rows[0]!.arch}` : `on ${archs} architectures`;
  show(`\n${workloads} workloads ${where}, ${rows.length} rows in all, with charts: ${bold(page.name)}\n`);
  show('Open it in a browser; bin/kml compare --help says how to make more such pages.\n');
  if (open) openInBrowser(page.name);
  return rows
    .filter(({ verdict }) => verdict === 'failed')
    .map(({ workload, arch, mode, entry }) => `${workload.name} (${arch}, ${mode}, ${entry})`);
}
