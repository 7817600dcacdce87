import { MachineError } from '@kml/machine';
import { Failure } from './failure.ts';

/** What the machine refuses becomes a line for the user. Throws Failure. */
export function guarded<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof MachineError) throw new Failure(error.message, error.status);
    throw error;
  }
}
