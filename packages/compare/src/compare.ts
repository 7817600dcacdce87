import { MachineError } from '@kml/machine';
import type { Case } from './case.ts';
import { COMPARISON_FORMAT, type Comparison, type ComparisonRow, type Measures } from './comparison.ts';
import { perUnit } from './measures.ts';
import type { ComparisonPorts } from './ports.ts';
import { type RunSettings, runCase, type Sample } from './run-case.ts';
import { badEnd, endOf, wrongWay } from './verdict.ts';

/** Runs all cases, one after the other. @param began is told of each case before it runs */
export async function compare(
  cases: readonly Case[],
  settings: RunSettings,
  ports: ComparisonPorts,
  began: (it: Case, index: number) => void = () => {},
): Promise<Comparison> {
  const rows: ComparisonRow[] = [];
  for (const [index, it] of cases.entries()) {
    began(it, index);
    rows.push(await rowOf(it, settings, ports));
  }
  const measuresHost = settings.hostTime || settings.time === 'real';
  return {
    format: COMPARISON_FORMAT,
    generator: { name: 'kml', version: ports.version },
    time: settings.time,
    ...(measuresHost && { host: ports.host() }),
    rows: rows.map((row, index) => heldToOthers(row, cases[index]!, rows)),
  };
}

async function rowOf(it: Case, settings: RunSettings, ports: ComparisonPorts): Promise<ComparisonRow> {
  const begun = {
    arch: it.plugin.name,
    abi: it.plugin.abi.name,
    byteOrder: it.plugin.isa.byteOrder,
    mode: it.mode,
    entry: it.entry,
    cpu: it.cpu,
    workload: it.workload,
    iterations: Math.max(1, it.iterations),
  };
  try {
    return { ...begun, ...(await measure(it, settings, ports)) };
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    const never = { ended: '', exitStatus: -1, outputSha256: '' };
    return { ...begun, ...never, verdict: 'failed', reason: error.message };
  }
}

type Found = Pick<ComparisonRow, 'perUnit' | 'total' | 'ended' | 'exitStatus' | 'outputSha256' | 'verdict' | 'reason'>;

/** What one unit takes: of a whole run, or the difference between n and 2 n units. */
async function measure(it: Case, settings: RunSettings, ports: ComparisonPorts): Promise<Found> {
  const n = it.iterations;
  const first = await runCase(it, Math.max(1, n), settings, ports);
  const early = badEnd(it, first);
  if (n === 0 || early !== undefined) {
    const wrong = early ?? wrongWay(it, first.measures, 1);
    return found(first, n === 0 ? first.measures : undefined, wrong);
  }
  const second = await runCase(it, 2 * n, settings, ports);
  const difference = perUnit(second.measures, first.measures, 1);
  const unit = perUnit(second.measures, first.measures, n);
  return found(second, unit, badEnd(it, second) ?? wrongWay(it, difference, n));
}

function found(sample: Sample, unit: Measures | undefined, reason: string | undefined): Found {
  return {
    ...(unit && { perUnit: unit }),
    total: sample.measures,
    ended: endOf(sample.result),
    exitStatus: sample.result.status,
    outputSha256: sample.outputSha256,
    verdict: reason === undefined ? 'ok' : 'failed',
    ...(reason !== undefined && { reason }),
  };
}

/** The same program must do the same everywhere: a row that does not do what the workload's first good one did has failed. */
function heldToOthers(row: ComparisonRow, it: Case, rows: readonly ComparisonRow[]): ComparisonRow {
  if (row.verdict === 'failed') return row;
  const first = rows.find((other) => other.verdict === 'ok' && other.workload.name === row.workload.name)!;
  const place = `${first.arch}, ${first.mode} mode`;
  if (row.exitStatus !== first.exitStatus)
    return { ...row, verdict: 'failed', reason: `ended with ${row.ended}, not with ${first.ended} as on ${place}` };
  if (it.claims.sameOutput && row.outputSha256 !== first.outputSha256)
    return { ...row, verdict: 'failed', reason: `printed something else than on ${place}` };
  return row;
}
