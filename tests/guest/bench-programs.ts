import { readFileSync } from 'node:fs';
import { ARCHS, guestProgram, guestRoot } from './harness.ts';

/** What each program of the bench prints for a small amount of work, by architecture where they differ; checked against QEMU by tests/real/bench. */
const OUTPUTS: Readonly<Record<string, string | Readonly<Record<string, string>>>> = JSON.parse(
  readFileSync(new URL('bench-outputs.json', import.meta.url), 'utf8'),
);

/** A program of the bench with a small amount of work. */
export interface BenchCase {
  readonly arch: string;
  readonly argv: readonly string[];
  /** The line it must print. */
  readonly output: string;
}

/** The programs of the bench that an architecture has. */
export function benchCases(arch: string): readonly BenchCase[] {
  return Object.entries(OUTPUTS).flatMap(([command, outputs]) => {
    const output = typeof outputs === 'string' ? outputs : outputs[arch];
    return output === undefined ? [] : [{ arch, argv: command.split(' '), output }];
  });
}

/** The programs of the bench on all architectures. */
export const ALL_BENCH_CASES: readonly BenchCase[] = ARCHS.flatMap(benchCases);

/** A root that has them, in /bin and in /trusted/bin. */
export function benchRoot(arch: string) {
  const names = new Set(['true', ...benchCases(arch).map(({ argv }) => argv[0]!)]);
  return guestRoot(
    arch,
    Object.fromEntries(
      [...names].flatMap((name) =>
        ['/bin', '/trusted/bin'].map((directory) => [`${directory}/${name}`, guestProgram(name, arch)]),
      ),
    ),
  );
}
