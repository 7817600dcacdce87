import { standardRegistry } from '@kml/machine';
import { rounded } from '../numbers.ts';
import type { ReportRow } from '../report.ts';
import { type ExperimentHost, measureWays } from '../ways.ts';
import { LUPINE } from './published.ts';

export const ARCH = 'ia32';
export const CPU = 'xeon-e3-1270v6';
/** In a round: the time-stamp counter is exact. */
const CALLS = 100;

/** Nanoseconds of a call and the loop round it, as lmbench would have it: by sysenter in user mode, by the gate in kernel mode. */
async function callTime(host: ExperimentHost, mode: 'user' | 'kernel', call: string, busy: number): Promise<number> {
  const { calls, loop } = await measureWays(host, { arch: ARCH, cpu: CPU, mode, call, busy, calls: CALLS });
  const clockHz = standardRegistry()
    .find(ARCH)!
    .isa.cpuModels.find(({ name }) => name === CPU)!.clockHz;
  return ((calls.get(mode === 'user' ? 'fast' : 'direct')! + loop) * 1e9) / clockHz;
}

/** Percent of the time in user mode that kernel mode saves. */
const gainOf = (user: number, kernel: number): number => (100 * (user - kernel)) / user;

/** The three calls: time in either mode, and the gain. */
export async function callRows(host: ExperimentHost): Promise<ReportRow[]> {
  const rows: ReportRow[] = [];
  for (const { name, call, user, kernel, gain } of LUPINE.calls) {
    const base = { arch: ARCH, cpu: CPU, call };
    const times = { user: await callTime(host, 'user', call, 0), kernel: await callTime(host, 'kernel', call, 0) };
    rows.push(
      {
        ...{ quantity: `${name}, user mode`, ...base, mode: 'user', way: 'fast' },
        ...{ value: rounded(times.user), unit: 'ns', published: user, basis: name === 'null' ? 'fitted' : 'follows' },
      },
      {
        ...{ quantity: `${name}, kernel mode`, ...base, mode: 'kernel', way: 'direct' },
        ...{ value: rounded(times.kernel), unit: 'ns', published: kernel, basis: 'fitted' },
      },
      {
        ...{ quantity: `${name}, gain`, ...base, value: rounded(gainOf(times.user, times.kernel)) },
        ...{ unit: 'percent', published: gain, basis: name === 'null' ? 'fitted' : 'follows' },
      },
    );
  }
  return rows;
}

/** The gain of getppid with a loop after each call. */
export async function busyRows(host: ExperimentHost): Promise<ReportRow[]> {
  const rows: ReportRow[] = [];
  for (const [busy, published] of LUPINE.busy) {
    const user = await callTime(host, 'user', 'getppid', busy);
    const kernel = await callTime(host, 'kernel', 'getppid', busy);
    rows.push({
      ...{ quantity: `gain with ${busy} busy iterations`, arch: ARCH, cpu: CPU, call: 'getppid', busy },
      ...{ value: rounded(gainOf(user, kernel)), unit: 'percent', published },
      basis: busy === 0 ? 'fitted' : 'follows',
    });
  }
  return rows;
}
