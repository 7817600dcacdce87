import { type SaveFile, SaveFileError } from '@kml/host-node';
import type { SaveHeader } from '@kml/machine';
import { Failure } from './failure.ts';

const MIB = 2 ** 20;

/** The header of a save file, of whatever version. Throws Failure where it has none of what all have. */
export function headerOf(path: string, file: SaveFile): SaveHeader {
  const header = file.header as SaveHeader;
  if (typeof header?.format !== 'number' || typeof header.version !== 'string') {
    throw new Failure(`${path}: ${new SaveFileError('says nothing about itself').message}`);
  }
  return header;
}

/** What is in a save file, as lines. */
export function describeSave(path: string, file: SaveFile): string {
  const { tasks, directories, ...header } = headerOf(path, file);
  const lines: [string, string][] = [
    ['file', `${path}, ${(file.bytes / MIB).toFixed(1)} MiB`],
    ['written by', `kml ${header.version}`],
    ['machine', `${header.arch}, CPU ${header.cpu}, ${header.memory / MIB} MiB of memory`],
    ['in use', `${used(header.frames)} of memory${header.swapPages > 0 ? `, ${used(header.swapPages)} of swap` : ''}`],
    [
      'stands at',
      `instruction ${header.instructions}, ${header.guestSeconds.toFixed(3)} s after boot (${header.time} time)`,
    ],
    ...directories.map(({ name, origin, readOnly }): [string, string] => [
      name === 'root' ? 'root' : `mount ${name}`,
      `${origin.kind === 'host' ? origin.path : 'held in this file'}${readOnly ? ' (read-only)' : ''}`,
    ]),
    ['tasks', String(tasks.length)],
    ...tasks.map((task): [string, string] => ['', taskLine(task)]),
  ];
  return lines.map(([name, value]) => `${name.padEnd(10)} ${value}\n`).join('');
}

const used = (pages: number): string => `${((pages * 4096) / MIB).toFixed(1)} MiB`;

function taskLine({ tid, pid, parent, comm, state, kernelMode }: SaveHeader['tasks'][number]): string {
  const who = tid === pid ? `${pid}` : `${pid}, thread ${tid}`;
  return `${who}  ${comm}  ${state}${kernelMode ? ', kernel mode' : ''}, child of ${parent}`;
}
