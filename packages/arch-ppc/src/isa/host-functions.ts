import type { Helper, SystemRoutine } from '@kml/core';

/**
 * Host functions that lifted code names by number. Each is registered once, where it is defined:
 * `const F = defineHelper(f)` gives the number for `b.helper(…, F)`.
 */
export const helpers: Helper[] = [];
export const systemRoutines: SystemRoutine[] = [];

/** Registers a helper; its number. */
export function defineHelper(helper: Helper): number {
  helpers.push(helper);
  return helpers.length - 1;
}

/** Registers a system routine; its number for the `system` terminal. */
export function defineRoutine(routine: SystemRoutine): number {
  systemRoutines.push(routine);
  return systemRoutines.length - 1;
}
