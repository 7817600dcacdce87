import { statSync } from 'node:fs';
import { ImageError, openDirectory, openRoot } from '@kml/host-node';
import type { ArchRegistry, HostDirectory } from '@kml/machine';
import { Failure } from './failure.ts';
import { openProgress } from './progress.ts';

/** What holds for a program of an image unless the user says something else. */
export interface ImageDefaults {
  readonly imageEnv?: Record<string, string>;
  readonly cwd?: string | undefined;
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
}

/** What the guest sees as /. */
export interface GuestRoot {
  readonly directory: HostDirectory;
  readonly defaults: ImageDefaults;
  /** The image's own program and its arguments; empty where it names none. */
  readonly command: readonly string[];
}

/** A directory of the host's. Throws Failure. */
export function hostDirectory(path: string, what: string): HostDirectory {
  return guarded(path, what, () => openDirectory(path));
}

/** The root that --root names: a directory, an archive or an image, unpacked where need be. Throws Failure. */
export async function guestRoot(
  path: string,
  registry: ArchRegistry,
  options: { readonly arch?: string | undefined; readonly write?: boolean | undefined },
): Promise<GuestRoot> {
  guarded(path, 'root', () => statSync(path));
  const plugins = registry.plugins.filter(({ name }) => options.arch === undefined || name === options.arch);
  const progress = openProgress();
  try {
    const architectures = plugins.flatMap(({ oci }) => oci ?? []);
    const { directory, config, image } = await openRoot({ path, architectures, progress: progress.say });
    if (image && options.write) throw new Failure(`root ${path}: an image cannot be written to; leave out --write`);
    if (!config) return { directory, defaults: {}, command: [] };
    const user = config.user === '' ? undefined : userOf(directory, config.user);
    const defaults = { imageEnv: environmentOf(config.env), cwd: config.cwd, user };
    return { directory, defaults, command: [...config.entrypoint, ...config.command] };
  } catch (error) {
    if (error instanceof ImageError) throw new Failure(`root ${error.message}`);
    throw error;
  } finally {
    progress.end();
  }
}

/** The program to run where the user named none. Throws Failure. */
export function commandOf(root: GuestRoot | undefined): [string, ...string[]] {
  const [program, ...args] = root?.command ?? [];
  if (program === undefined) throw new Failure('no program given (kml run --help shows how)');
  return [program, ...args];
}

function environmentOf(lines: readonly string[]): Record<string, string> {
  const equals = (line: string): number => (line.includes('=') ? line.indexOf('=') : line.length);
  return Object.fromEntries(lines.map((line) => [line.slice(0, equals(line)), line.slice(equals(line) + 1)]));
}

/** 'uid', 'uid:gid', or names, which /etc/passwd and /etc/group of the image explain. Throws Failure. */
function userOf(root: HostDirectory, text: string): { uid: number; gid: number } {
  const [user, group] = text.split(':');
  const account = tableRow(root, 'etc/passwd', user!);
  const uid = numberIn(account?.[2] ?? user!, `user '${user}'`);
  if (group === undefined) return { uid, gid: numberIn(account?.[3] ?? '0', 'group') };
  return { uid, gid: numberIn(tableRow(root, 'etc/group', group)?.[2] ?? group, `group '${group}'`) };
}

function numberIn(text: string, what: string): number {
  if (!/^\d+$/.test(text)) throw new Failure(`the image's ${what} is not in its /etc; give --user UID`);
  return Number(text);
}

function tableRow(root: HostDirectory, path: string, name: string): string[] | undefined {
  const stat = root.lstat(path);
  const handle = typeof stat === 'number' ? stat : root.open(path, false);
  if (typeof stat === 'number' || handle < 0) return undefined;
  const bytes = new Uint8Array(stat.size);
  root.read(handle, 0, bytes);
  root.close(handle);
  const rows = new TextDecoder().decode(bytes).split('\n');
  return rows.map((row) => row.split(':')).find(([first]) => first === name);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  ENOTDIR: 'is not a directory',
};

function guarded<T>(path: string, what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const reason = REASONS[code] ?? `cannot be read (${code})`;
    throw new Failure(`${what} ${path}: ${reason}`);
  }
}
