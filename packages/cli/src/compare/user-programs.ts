import { basename } from 'node:path';
import type { UserProgram } from '@kml/compare';
import { type ArchPlugin, type ArchRegistry, archOfElf, describeElf, memoryDirectory } from '@kml/machine';
import { Failure } from '../failure.ts';
import { guestRoot } from '../guest-root.ts';
import { readHostFile } from '../host-file.ts';

/** What --program and --root say: each perhaps for one architecture, ARCH=PATH. */
export interface ProgramWish {
  readonly programs: readonly string[];
  readonly roots: readonly string[];
}

interface Assignment {
  readonly plugin: ArchPlugin | undefined;
  readonly path: string;
}

/**
 * The programs to compare, one for an architecture. A path with --root is one in that root; else it is
 * a static program of the host, and says itself what it is for. Throws Failure.
 */
export async function userPrograms(wish: ProgramWish, registry: ArchRegistry): Promise<readonly UserProgram[]> {
  const roots = await openRoots(wish.roots, registry);
  const found: UserProgram[] = [];
  for (const text of wish.programs) {
    const { plugin, path } = assignment(text, registry);
    if (plugin !== undefined) found.push(programFor(plugin, path, roots, registry));
    else if (roots.size === 0) found.push(hostProgram(path, undefined, registry));
    else for (const owner of roots.keys()) found.push({ plugin: owner, root: roots.get(owner)!, path });
  }
  const twice = found.find(({ plugin }, index) => found.findIndex((other) => other.plugin === plugin) !== index);
  if (twice) throw new Failure(`--program: two programs for ${twice.plugin.name}`);
  const idle = [...roots.keys()].find((plugin) => !found.some((program) => program.plugin === plugin));
  if (idle) throw new Failure(`--root ${idle.name}=…: no program for it`);
  return found;
}

type Roots = ReadonlyMap<ArchPlugin, UserProgram['root']>;

async function openRoots(texts: readonly string[], registry: ArchRegistry): Promise<Roots> {
  const roots = new Map<ArchPlugin, UserProgram['root']>();
  for (const text of texts) {
    const { plugin, path } = assignment(text, registry);
    if (plugin === undefined) throw new Failure(`--root ${text}: say for which architecture, as in arm=DIR`);
    if (roots.has(plugin)) throw new Failure(`--root: two roots for ${plugin.name}`);
    roots.set(plugin, (await guestRoot(path, registry, { arch: plugin.name })).directory);
  }
  return roots;
}

/** ARCH=PATH, where ARCH is an architecture; anything else is a path. */
function assignment(text: string, registry: ArchRegistry): Assignment {
  const equals = text.indexOf('=');
  const plugin = equals < 0 ? undefined : registry.find(text.slice(0, equals));
  if (plugin) return { plugin, path: text.slice(equals + 1) };
  if (equals > 0 && !text.slice(0, equals).includes('/')) {
    const there = registry.plugins.map(({ name }) => name).join(', ');
    throw new Failure(`no architecture '${text.slice(0, equals)}'; there is ${there}`);
  }
  return { plugin: undefined, path: text };
}

function programFor(plugin: ArchPlugin, path: string, roots: Roots, registry: ArchRegistry): UserProgram {
  const root = roots.get(plugin);
  return root ? { plugin, root, path } : hostProgram(path, plugin, registry);
}

/** A static program of the host, alone in a small root. */
function hostProgram(path: string, wanted: ArchPlugin | undefined, registry: ArchRegistry): UserProgram {
  const bytes = readHostFile(path, 127, 126);
  const facts = describeElf(bytes, registry);
  if (!facts.runnable) throw new Failure(`${path}: ${facts.problem}`, 126);
  const plugin = archOfElf(bytes, registry)!;
  if (wanted && wanted !== plugin) throw new Failure(`${path}: is for ${plugin.name}, not ${wanted.name}`, 126);
  if (facts.interpreter !== undefined) {
    const how = `give a root that has it with --root ${plugin.name}=DIR`;
    throw new Failure(`${path}: is dynamically linked (needs ${facts.interpreter}); ${how}`, 126);
  }
  const at = `/bin/${basename(path)}`;
  return { plugin, path: at, root: memoryDirectory({ [at]: bytes, '/tmp/': bytes, '/etc/': bytes }) };
}

/** How the programs are called: by the name of the first. */
export function callName({ programs }: ProgramWish): string {
  return basename(programs[0]!.replace(/^\w+=/, ''));
}
