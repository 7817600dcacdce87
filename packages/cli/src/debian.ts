import { standardRegistry } from '@kml/machine';
import { Failure } from './failure.ts';

/** Debian's names by ours. */
function debianNames(): Map<string, readonly string[]> {
  return new Map(standardRegistry().plugins.map(({ name, debian }) => [name, debian ?? []]));
}

/** All names debianName knows. */
export function rootArchitectures(): string[] {
  const names = debianNames();
  return [...new Set([...names.keys(), ...[...names.values()].flat()])];
}

/** Debian's name for an architecture given by our name or Debian's own. Throws Failure for any other. */
export function debianName(name: string): string {
  const names = debianNames();
  const debian = names.get(name)?.[0] ?? [...names.values()].flat().find((candidate) => candidate === name);
  if (debian === undefined) {
    throw new Failure(`no Debian architecture '${name}'; there is ${rootArchitectures().join(', ')}`);
  }
  return debian;
}
