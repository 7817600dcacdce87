import type { SaveFile } from '@kml/host-node';
import { SAVE_FORMAT, type SaveHeader } from '@kml/machine';
import { Failure } from './failure.ts';

const MIB = 2 ** 20;

/** The header of a save file. Throws Failure for one of a format that is not ours. */
export function headerOf(path: string, file: SaveFile): SaveHeader {
  const header = file.header as SaveHeader;
  if (header?.format !== SAVE_FORMAT) {
    throw new Failure(`${path}: was written by KML ${header?.version} in format ${header?.format}, not ${SAVE_FORMAT}`);
  }
  return header;
}

/** What is in a save file, as lines. */
export function describeSave(path: string, file: SaveFile): string {
  const { tasks, directories, ...header } = headerOf(path, file);
  const lines: [string, string][] = [
    ['file', `${path}, ${size(file.bytes)}`],
    ['written by', `kml ${header.version}`],
    ['machine', `${header.arch}, CPU ${header.cpu}, ${header.memory / MIB} MiB of memory`],
    [
      'in use',
      `${size(header.frames * 4096)} of memory${header.swapPages > 0 ? `, ${size(header.swapPages * 4096)} of swap` : ''}`,
    ],
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

const size = (bytes: number): string =>
  bytes < MIB ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / MIB).toFixed(1)} MiB`;

function taskLine({ tid, pid, parent, comm, state, kernelMode }: SaveHeader['tasks'][number]): string {
  const who = tid === pid ? `${pid}` : `${pid}, thread ${tid}`;
  return `${who}  ${comm}  ${state}${kernelMode ? ', kernel mode' : ''}, child of ${parent}`;
}
