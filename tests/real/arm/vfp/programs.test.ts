/** A C program that computes, compiled in several ways: what it prints must be what it prints under QEMU. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMachine, memoryDirectory } from '@kml/machine';
import { afterAll, describe, expect, test } from 'vitest';
import { TestConsole } from '../../../guest/harness.ts';

const directory = mkdtempSync(join(tmpdir(), 'kml-arm-fp-'));
afterAll(() => rmSync(directory, { recursive: true }));

const WAYS = {
  'VFPv3, T32': ['arm-linux-gnueabihf-gcc', '-O2'],
  'VFPv4, A32': ['arm-linux-gnueabihf-gcc', '-O2', '-marm', '-mfpu=vfpv4'],
  'Advanced SIMD, fast mathematics': ['arm-linux-gnueabihf-gcc', '-O3', '-mfpu=neon-vfpv4', '-ffast-math'],
  'soft-float calls': ['arm-linux-gnueabi-gcc', '-O2', '-march=armv7-a', '-mfloat-abi=softfp', '-mfpu=vfpv3'],
} as const;

function compile(name: keyof typeof WAYS): string {
  const [compiler, ...flags] = WAYS[name];
  const out = join(directory, name.replaceAll(/\W/g, ''));
  const source = join(import.meta.dirname, 'numbers.c');
  execFileSync(compiler, [...flags, '-static', '-w', '-o', out, source, '-lm', '-lpthread']);
  return out;
}

async function runOurs(program: string, interpret: boolean): Promise<string> {
  const screen = new TestConsole();
  const root = memoryDirectory({ '/tmp/': new Uint8Array(), '/bin/numbers': readFileSync(program) });
  const machine = createMachine({ arch: 'arm', root, memory: 64 << 20, time: 'virtual', interpret, console: screen });
  machine.load({ path: '/bin/numbers', argv: ['numbers'], env: {} });
  const result = await machine.run({ timeoutSeconds: 100 });
  expect(result).toEqual({ kind: 'exit', status: 0 });
  return screen.output.replaceAll('\r', '');
}

describe.each(Object.keys(WAYS) as (keyof typeof WAYS)[])('%s', (name) => {
  const program = compile(name);
  const expected = execFileSync('qemu-arm-static', ['-cpu', 'cortex-a15', program], { encoding: 'latin1' });

  test.each([true, false])('interpreted: %s', async (interpret) => {
    expect(await runOurs(program, interpret)).toBe(expected);
  });
});
