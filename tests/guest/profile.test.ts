import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createMachine, type Profile } from '@kml/machine';
import { afterAll, describe, expect, test } from 'vitest';
import { ARCHS, guestDirectory, guestRoot } from './harness.ts';

const KML = fileURLToPath(new URL('../../bin/kml', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'kml-profile-'));
afterAll(() => rmSync(directory, { recursive: true }));

async function run(arch: string, interpret: boolean, profileEvery?: number) {
  const machine = createMachine({
    arch,
    interpret,
    hotness: 50,
    root: guestRoot(arch),
    time: 'virtual',
    ...(profileEvery !== undefined && { profileEvery }),
  });
  machine.load({ path: '/bin/sh', argv: ['sh', '-c', 'seq 300 | wc; fib 15'], env: { PATH: '/trusted/bin:/bin' } });
  const result = await machine.run({ timeoutSeconds: 60 });
  return { machine, result };
}

const total = (profile: Profile, weight: 'instructions' | 'cycles'): number =>
  profile.stacks.reduce((sum, stack) => sum + stack[weight], 0);

describe.each(ARCHS)('a profile on %s', (arch) => {
  test.each([['interpreted', true] as const, ['translated', false] as const])(
    '%s: adds up to the run, and changes nothing of it',
    async (_engine, interpret) => {
      const plain = await run(arch, interpret);
      const profiled = await run(arch, interpret, 1009);
      expect(profiled.result).toEqual(plain.result);
      expect(profiled.machine.stateHash()).toBe(plain.machine.stateHash());
      const profile = profiled.machine.profile()!;
      const { instructions, cycles } = profiled.machine.stats();
      // It begins when the machine has booted nothing yet.
      expect(total(profile, 'instructions')).toBe(instructions);
      expect(total(profile, 'cycles')).toBe(cycles);
      expect(profile.samples).toBe(Math.floor(instructions / 1009));
      const names = profile.stacks.map(({ frames }) => frames.map(({ name }) => name).join(';'));
      expect(names).toContain('wc (kernel mode);[kernel];read');
      expect(names).toContain('sh;[kernel];[exception]');
    },
  );
});

describe('kml run --profile', () => {
  const program = `${guestDirectory()}fib`;
  const kml = (...args: readonly string[]) => spawnSync(KML, args, { encoding: 'utf8', timeout: 60_000 });
  const written = (name: string): string => {
    const file = join(directory, name);
    const { status } = kml('run', '--profile', file, '--profile-every', '5003', program, '18');
    expect(status).toBe(0);
    return readFileSync(file, 'utf8');
  };

  test("speedscope's form: three weights over the same stacks", () => {
    const file = JSON.parse(written('profile.json'));
    const names = file.profiles.map(({ name }: { name: string }) => name);
    expect(names).toEqual(['guest instructions', 'guest cycles', 'host time']);
    for (const { samples, weights, endValue } of file.profiles) {
      expect(samples).toHaveLength(weights.length);
      expect(weights.reduce((sum: number, weight: number) => sum + weight, 0)).toBe(endValue);
      for (const frame of samples.flat()) expect(file.shared.frames[frame].name).toBeTypeOf('string');
    }
  });

  test('a flame graph is a picture with names and figures', () => {
    const picture = written('profile.svg');
    expect(picture).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(picture).toMatch(/<title>fib[^<]*: \d+ instructions, \d+\.\d\d %<\/title>/);
    expect(picture.trimEnd()).toMatch(/<\/svg>$/);
  });

  test('other tools get a stack a line', () => {
    for (const line of written('profile.folded').trimEnd().split('\n'))
      expect(line).toMatch(/^(fib;\S.*|\[after the last sample\]) \d+$/);
  });

  test('a file name that tells no form, and one that cannot be written, are told in a line', () => {
    const unknown = kml('run', '--profile', join(directory, 'profile.txt'), program, '5');
    expect(unknown.status).toBe(125);
    expect(unknown.stderr).toMatch(/^kml: --profile .*: the name must end in \.json, \.folded, \.svg\n$/);
    expect(unknown.stdout).toBe('');
    const nowhere = kml('run', '--profile', join(directory, 'no/profile.json'), program, '5');
    expect([nowhere.status, nowhere.stderr]).toEqual([125, expect.stringMatching(/^kml: --profile .*: ENOENT\n$/)]);
  });
});
