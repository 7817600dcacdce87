import { rounded } from '../numbers.ts';
import type { Basis, ReportRow } from '../report.ts';
import { type ExperimentHost, measureWays, type Way } from '../ways.ts';
import { MACHINES } from './architectures.ts';
import { LJ2003 } from './published.ts';

/** The article's machine. */
export const CPU = 'pentium4';
const ARCH = 'ia32';
/** The ways, as the article calls them. */
const WORDS: Readonly<Record<Way, string>> = {
  trap: 'int 0x80',
  recognised: 'int 0x80, recognised',
  rewritten: 'int 0x80, rewritten',
  fast: 'sysenter',
  direct: 'the call gate',
  function: 'function call',
};
const CALLS = ['getpid', 'gettimeofday'] as const;
type Call = (typeof CALLS)[number];

/** The rows of the article's machine: each call by each way, then the gap and the two ratios. */
export async function pentium4Rows(host: ExperimentHost): Promise<ReportRow[]> {
  const rows: ReportRow[] = [];
  for (const call of CALLS) {
    for (const asked of MACHINES) {
      const { calls } = await measureWays(host, { arch: ARCH, cpu: CPU, call, ...asked });
      for (const [way, cycles] of calls) rows.push(callRow(call, asked.mode, way, cycles));
    }
  }
  return [...rows, ...comparedRows(rows)];
}

function callRow(call: Call, mode: 'user' | 'kernel', way: Way, cycles: number): ReportRow {
  const row = { quantity: `${call} by ${WORDS[way]}`, arch: ARCH, cpu: CPU, call, mode, way, unit: 'cycles' as const };
  const value = rounded(cycles);
  if (way === 'function') return { ...row, value, published: LJ2003.function[call], basis: 'fitted' };
  if (way === 'fast') {
    return { ...row, value, published: LJ2003.fast[call], basis: call === 'getpid' ? 'fitted' : 'follows' };
  }
  return { ...row, value, basis: 'unpublished' };
}

/** What the article says of two ways together: how many times a function call a trap takes, and the cycles between sysenter and the call. */
function comparedRows(rows: readonly ReportRow[]): ReportRow[] {
  const value = (call: Call, mode: string, way: Way): number =>
    rows.find((row) => row.call === call && row.mode === mode && row.way === way)!.value;
  const compared = (
    quantity: string,
    call: Call,
    rest: Pick<ReportRow, 'value' | 'published' | 'unit'>,
    basis: Basis,
  ) => ({
    ...{ quantity, arch: ARCH, cpu: CPU, call, ...rest, basis },
    value: rounded(rest.value),
  });
  const bare = value('getpid', 'kernel', 'function');
  const ratio = (mode: string, way: 'trap' | 'fast', what: string): ReportRow =>
    compared(
      `${what}, times a function call`,
      'getpid',
      { value: value('getpid', mode, way) / bare, published: LJ2003.ratio[way], unit: 'times' },
      'fitted',
    );
  const gap = (call: Call): ReportRow => ({
    ...compared(
      `${call}: cycles between sysenter and the function call`,
      call,
      {
        value: value(call, 'user', 'fast') - value(call, 'kernel', 'function'),
        published: LJ2003.fast[call] - LJ2003.function[call],
        unit: 'cycles',
      },
      call === 'getpid' ? 'fitted' : 'follows',
    ),
  });
  return [ratio('user', 'trap', 'int 0x80'), ratio('user', 'fast', 'sysenter'), gap('getpid'), gap('gettimeofday')];
}
