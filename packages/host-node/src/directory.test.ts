import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EEXIST, ELOOP, ENOENT, ENOTDIR, type HostDirectory } from '@kml/kernel';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDirectory } from './directory.ts';

let place: string;
let directory: HostDirectory;

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'kml-directory-'));
  for (const name of ['root', 'root/sub', 'outside']) mkdirSync(join(place, name));
  writeFileSync(join(place, 'outside/secret'), 'secret');
  chmodSync(join(place, 'outside/secret'), 0o600);
  symlinkSync('../outside', join(place, 'root/link'));
  symlinkSync('../outside/secret', join(place, 'root/file-link'));
  directory = openDirectory(join(place, 'root'));
});
afterEach(() => rmSync(place, { recursive: true }));

test('nothing is done through a symbolic link', () => {
  const { mode, mtimeMs } = lstatSync(join(place, 'outside/secret'));
  expect(directory.open('link/secret', false)).toBe(-ELOOP);
  expect(directory.open('file-link', false)).toBe(-ELOOP);
  expect(directory.readdir('link')).toBe(-ELOOP);
  expect(directory.lstat('link/secret')).toBe(-ELOOP);
  expect(directory.create('link/new', 0o644)).toBe(-ELOOP);
  expect(directory.create('file-link', 0o644)).toBe(-EEXIST);
  expect(directory.mkdir('link/new', 0o755)).toBe(-ELOOP);
  expect(directory.unlink('link/secret')).toBe(-ELOOP);
  expect(directory.rename('link/secret', 'here')).toBe(-ELOOP);
  expect(directory.link('link/secret', 'here')).toBe(-ELOOP);
  expect(directory.chmod('file-link', 0o777)).toBe(-ELOOP);
  expect(directory.utimes('file-link', 0n, 0n)).toBe(0);
  expect(lstatSync(join(place, 'outside/secret'))).toMatchObject({ mode, mtimeMs });
  expect(readFileSync(join(place, 'outside/secret'), 'utf8')).toBe('secret');
});

test('paths go down only', () => {
  for (const path of ['../outside/secret', 'sub/../../outside/secret', './sub/x', 'sub//x']) {
    expect(directory.open(path, false)).toBe(-ENOTDIR);
  }
});

test('a directory that has become a link is not passed through any more', () => {
  expect(directory.open('sub/secret', false)).toBe(-ENOENT);
  expect(directory.rmdir('sub')).toBe(0);
  expect(directory.symlink('sub', '../outside')).toBe(0);
  expect(directory.open('sub/secret', false)).toBe(-ELOOP);
  expect(directory.readdir('sub')).toBe(-ELOOP);
});
