import type { RunResult } from '@kml/machine';

/** A run's end in a few words. */
export function outcomeOf(result: RunResult): string {
  switch (result.kind) {
    case 'exit':
      return `exit ${result.status}`;
    case 'signal':
      return `signal ${result.signal}`;
    case 'limit':
    case 'paused':
      return 'timed out';
    case 'panic':
      return 'panic';
  }
}
