import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compileStatic } from '../syscalls/compile.ts';

const KML = fileURLToPath(new URL('../../../bin/kml', import.meta.url));
let directory: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kml-save-host-'));
  await compileStatic(join(import.meta.dirname, 'removed.c'), 'ia32', join(directory, 'program'));
  mkdirSync(join(directory, 'mounted'));
  for (const name of ['removed', 'replaced', 'other', 'kept'])
    writeFileSync(join(directory, 'mounted', name), `text of ${name}\n`);
});
afterEach(() => rmSync(directory, { recursive: true }));

function kml(...args: string[]) {
  const { stdout, stderr, status } = spawnSync(KML, args, { encoding: 'utf8', cwd: directory, timeout: 60_000 });
  return { stdout, stderr, status };
}

const OUTPUT = `removed 16 'text of removed
'
removed 10 'REMOVED re'
replaced 17 'text of replaced
'
other 14 'text of other
'
kept 13 'KEPT of kept
'
`;

const SAVING = ['--time', 'virtual', '--save', 'saved', '--save-at', '300000', '--save-exit'];

test('files that lost their names on the host are in the save file; others are written through', () => {
  const run = ['run', ...SAVING, '--mount', 'mounted:/mnt', 'program'];
  expect(kml(...run)).toEqual({ stdout: '', stderr: '', status: 0 });
  expect(readdirSync(join(directory, 'mounted')).sort()).toEqual(['kept', 'replaced']);
  expect(kml('restore', '--audit', 'saved')).toEqual({ stdout: OUTPUT, stderr: '', status: 0 });
  expect(readFileSync(join(directory, 'mounted/kept'), 'utf8')).toBe('KEPT of kept\n');
  expect(readFileSync(join(directory, 'mounted/replaced'), 'utf8')).toBe('text of other\n');
});

test('a root from an archive', () => {
  mkdirSync(join(directory, 'tree'));
  copyFileSync(join(directory, 'program'), join(directory, 'tree/program'));
  cpSync(join(directory, 'mounted'), join(directory, 'tree/mnt'), { recursive: true });
  execFileSync('tar', ['cf', 'root.tar', '-C', 'tree', '.'], { cwd: directory });
  expect(kml('run', ...SAVING, '--root', 'root.tar', '/program').status).toBe(0);
  expect(kml('restore', 'saved')).toEqual({ stdout: OUTPUT, stderr: '', status: 0 });
  rmSync(join(directory, 'root.tar'));
  const { stderr, status } = kml('restore', 'saved');
  expect([stderr, status]).toEqual([`kml: root ${directory}/root.tar: no such file or directory\n`, 125]);
});
