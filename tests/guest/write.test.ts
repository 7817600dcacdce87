import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ARCHS, guestDirectory } from './harness.ts';

const KML = fileURLToPath(new URL('../../bin/kml', import.meta.url));
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kml-write-'));
  copyFileSync(`${guestDirectory()}filewrite`, join(directory, 'filewrite'));
  writeFileSync(join(directory, 'old'), 'before\n');
  mkdirSync(join(directory, 'mount'));
  writeFileSync(join(directory, 'mount/old'), 'before\n');
});
afterEach(() => rmSync(directory, { recursive: true }));

const kml = (...args: string[]) => spawnSync(KML, ['run', ...args], { encoding: 'utf8', input: '' });
const content = (name: string) => readFileSync(join(directory, name), 'utf8');

describe.each(['call', 'map'])('a file written by %s', (how) => {
  test('changes on the host with --write', () => {
    expect(kml('--root', directory, '--write', '/filewrite', how, '/old', 'after').status).toBe(0);
    expect(content('old')).toBe('aftere\n');
  });

  test('never without', () => {
    expect(kml('--root', directory, '/filewrite', how, '/old', 'after').status).toBe(0);
    expect(content('old')).toBe('before\n');
  });

  test('changes on a mounted host directory, whose root does not', () => {
    const mount = ['--mount', `${join(directory, 'mount')}:/mnt`];
    expect(kml('--root', directory, ...mount, '/filewrite', how, '/mnt/old', 'after').status).toBe(0);
    expect([content('mount/old'), content('old')]).toEqual(['aftere\n', 'before\n']);
    expect(readdirSync(directory).sort()).toEqual(['filewrite', 'mount', 'old']);
  });

  test('cannot be opened on a mount that is read-only', () => {
    const mount = ['--mount', `${join(directory, 'mount')}:/mnt:ro`];
    expect(kml('--root', directory, ...mount, '/filewrite', how, '/mnt/old', 'after').status).toBe(1);
    expect(content('mount/old')).toBe('before\n');
  });
});

test.each(ARCHS)('%s: what a program writes, by call or by store, is what its memory holds', (arch) => {
  copyFileSync(`${guestDirectory(arch)}filewrite`, join(directory, 'filewrite'));
  for (const [how, text] of [
    ['call', 'abcdefg'],
    ['map', 'ABCDE'],
  ] as const) {
    expect(kml('--root', directory, '--write', '/filewrite', how, '/old', text).status).toBe(0);
  }
  expect(content('old')).toBe('ABCDEfg');
});

test('a new file appears on the host with --write only', () => {
  expect(kml('--root', directory, '/filewrite', 'call', '/new', 'text').status).toBe(0);
  expect(readdirSync(directory)).not.toContain('new');
  expect(kml('--root', directory, '--write', '/filewrite', 'call', '/new', 'text').status).toBe(0);
  expect(content('new')).toBe('text');
});
