import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { benchCases, benchRoot } from '../../guest/bench-programs.ts';
import { ARCHS, guestDirectory, runGuest, WAYS } from '../../guest/harness.ts';

const QEMU: Readonly<Record<string, string>> = {
  ia32: 'qemu-i386-static',
  arm: 'qemu-arm-static',
  mips: 'qemu-mips-static',
  mipsel: 'qemu-mipsel-static',
  ppc: 'qemu-ppc-static',
};

describe.each(ARCHS)('the programs of the bench on %s', (arch) => {
  test.each(benchCases(arch))('QEMU prints what is expected: $argv', ({ argv, output }) => {
    const [name, ...args] = argv;
    const { status, stdout, error } = spawnSync(QEMU[arch]!, [guestDirectory(arch) + name, ...args], {
      encoding: 'utf8',
    });
    expect(error).toBeUndefined();
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${output}\n` });
  });

  const root = benchRoot(arch);
  test.each(WAYS.filter((way) => way.arch === arch))('$mode mode by the $engine', async (way) => {
    for (const { argv, output } of benchCases(arch)) {
      const run = await runGuest(way, argv, { root });
      expect(run.output, argv.join(' ')).toBe(`${output}\n`);
    }
  });
});
