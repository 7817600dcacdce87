import type { RunResult } from '@kml/machine';
import type { Case } from './case.ts';
import type { KernelEntries, Measures } from './comparison.ts';
import type { Sample } from './run-case.ts';

const WAYS = ['trap', 'fast', 'direct', 'recognised', 'rewritten'] as const;

/** A run's end in a few words. */
export function endOf(result: RunResult): string {
  switch (result.kind) {
    case 'exit':
      return `exit ${result.status}`;
    case 'signal':
      return `signal ${result.signal}`;
    case 'panic':
      return 'panic';
    default:
      return 'timed out';
  }
}

/** Why a run did not end as it must, if so. */
export function badEnd(it: Case, { result, lastLine }: Sample): string | undefined {
  if (result.kind === 'exit' && (result.status === 0 || !it.claims.success)) return undefined;
  if (result.kind === 'panic') return `the kernel panicked: ${result.message.split('\n')[0]}`;
  return `ended with ${endOf(result)}${lastLine === '' ? '' : `: ${lastLine}`}`;
}

/**
 * Why the calls did not come by the row's way, if so: what the guest's entry code counted must agree with
 * the row's name. @param measures of `units` units
 */
export function wrongWay(it: Case, measures: Measures, units: number): string | undefined {
  const { entry, claims } = it;
  if (entry === 'own') return undefined;
  const { kernelEntries } = measures;
  const first = entry === 'rewritten' ? claims.firstTraps * units : 0;
  const strays = entry === 'trap' ? 0 : claims.alwaysTrap * units + first;
  for (const way of WAYS) {
    const allowed = way === 'trap' ? strays : 0;
    if (way !== entry && kernelEntries[way] > allowed) return told(entry, kernelEntries);
  }
  return kernelEntries[entry] < claims.calls * units - first ? told(entry, kernelEntries) : undefined;
}

function told(entry: string, entries: KernelEntries): string {
  const counts = WAYS.map((way) => `${entries[way]} ${way}`).join(', ');
  return `its calls did not all come by way of ${entry}: ${counts}`;
}
