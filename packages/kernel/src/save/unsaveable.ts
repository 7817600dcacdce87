import { type OutsideNames, type Unsaveable, walkObjects } from '@kml/core';
import type { HostDirectory } from '../host.ts';
import type { Kernel } from '../kernel.ts';

/** The host directories that state refers to, by the names they have in a save file: 'root', or where they are mounted. */
export function directoriesOf({ options }: Pick<Kernel, 'options'>): Map<string, HostDirectory> {
  const directories = new Map<string, HostDirectory>();
  if (options.root) directories.set('root', options.root);
  for (const { host, guest } of options.mounts) directories.set(guest, host);
  return directories;
}

/** The same the other way round: what is no state itself, though state refers to it. */
export function outsideNames(kernel: Pick<Kernel, 'options'>): OutsideNames {
  return new Map([...directoriesOf(kernel)].map(([name, directory]) => [directory, name]));
}

/**
 * What of the kernel's state could not be saved, and where it hangs: nothing, unless somebody has put a function, a
 * view of guest memory or an object of a class into it. Tests look after every run.
 */
export function findUnsaveable(kernel: Kernel): readonly Unsaveable[] {
  const roots = { state: kernel.state, mmu: kernel.mmu.state() };
  return walkObjects(roots, outsideNames(kernel), kernel.memory.memory.buffer).problems;
}
