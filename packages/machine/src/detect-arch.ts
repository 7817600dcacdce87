import type { HostDirectory } from '@kml/kernel';
import { readElfHeader } from './elf-header.ts';
import type { ArchPlugin, ArchRegistry } from './plugin.ts';

/** A host directory at a guest path: '' is the root. */
export interface GuestView {
  readonly root: HostDirectory;
  readonly mounts: readonly { readonly host: HostDirectory; readonly guest: string }[];
}

const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;
const S_IFLNK = 0o120000;
const MOST_LINKS = 40;
/** Interpreters of interpreters, as the kernel allows them. */
const MOST_SCRIPTS = 5;
const START_BYTES = 256;

/** Whether the architecture's ABI takes an ELF file that begins with these bytes. */
export function takesElf({ abi }: ArchPlugin, bytes: Uint8Array): boolean {
  const header = readElfHeader(bytes);
  return header !== undefined && abi.checkElf(header) === undefined;
}

/** The architecture whose ABI takes an ELF file that begins with these bytes; undefined where none does. */
export function archOfElf(bytes: Uint8Array, registry: ArchRegistry): ArchPlugin | undefined {
  return registry.plugins.find((plugin) => takesElf(plugin, bytes));
}

/**
 * The architecture of a program of a guest root (of its interpreter, if it is a script), found as the
 * kernel would find it: by path, or in the directories of PATH. Undefined where there is no such
 * program, or none for an architecture here: the machine then says what is wrong.
 */
export function archOfProgram(
  view: GuestView,
  program: { readonly path: string; readonly cwd: string; readonly searchPath: string },
  registry: ArchRegistry,
): ArchPlugin | undefined {
  let names = program.path.includes('/')
    ? [absolute(program.path, program.cwd)]
    : program.searchPath.split(':').map((directory) => absolute(`${directory}/${program.path}`, program.cwd));
  for (let scripts = 0; scripts <= MOST_SCRIPTS; scripts++) {
    const start = firstFile(view, names);
    if (start === undefined) return undefined;
    if (start[0] !== 0x23 || start[1] !== 0x21) return archOfElf(start, registry);
    const [line] = new TextDecoder('latin1').decode(start.subarray(2)).split('\n');
    const [interpreter] = line!.trim().split(/[ \t]/);
    names = [absolute(interpreter!, program.cwd)];
  }
  return undefined;
}

function absolute(path: string, cwd: string): string {
  return path.startsWith('/') ? path : `${cwd}/${path}`;
}

/** The first bytes of the first of these files that is there. */
function firstFile(view: GuestView, names: readonly string[]): Uint8Array | undefined {
  for (const name of names) {
    const place = resolve(view, name);
    const start = place && readStart(place.host, place.path);
    if (start) return start;
  }
  return undefined;
}

interface Place {
  readonly host: HostDirectory;
  /** Below the host directory. */
  readonly path: string;
}

/** Where a guest path leads, symbolic links followed within the guest. */
function resolve(view: GuestView, guestPath: string): Place | undefined {
  const todo = guestPath.split('/').reverse();
  let done: string[] = [];
  let links = 0;
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      done.pop();
      continue;
    }
    done.push(name);
    const { host, path } = placeOf(view, done);
    const stat = host.lstat(path);
    if (typeof stat === 'number') return undefined;
    if ((stat.mode & S_IFMT) !== S_IFLNK) continue;
    const target = host.readlink(path);
    if (typeof target === 'number' || ++links > MOST_LINKS) return undefined;
    done.pop();
    if (target.startsWith('/')) done = [];
    todo.push(...target.split('/').reverse());
  }
  return placeOf(view, done);
}

/** The host directory that shows at a guest path: the innermost mount's, or the root. */
function placeOf(view: GuestView, names: readonly string[]): Place {
  let best: Place = { host: view.root, path: names.join('/') };
  let depth = 0;
  for (const { host, guest } of view.mounts) {
    const at = guest.split('/').filter((name) => name !== '');
    if (at.length < depth || at.some((name, i) => names[i] !== name)) continue;
    best = { host, path: names.slice(at.length).join('/') };
    depth = at.length;
  }
  return best;
}

function readStart(host: HostDirectory, path: string): Uint8Array | undefined {
  const stat = host.lstat(path);
  if (typeof stat === 'number' || (stat.mode & S_IFMT) === S_IFDIR) return undefined;
  const handle = host.open(path, false);
  if (handle < 0) return undefined;
  const start = new Uint8Array(START_BYTES);
  const got = host.read(handle, 0, start);
  host.close(handle);
  return got < 2 ? undefined : start.subarray(0, got);
}
