import { restoreMachine } from '@kml/machine';
import { describe, expect, test } from 'vitest';
import { ARCHS, guestProgram, guestRoot, loadGuest, runGuest, TestConsole } from './harness.ts';

const ENGINES = ['interpreter', 'translator'] as const;
const EACH = ARCHS.flatMap((arch) => ENGINES.map((engine) => ({ arch, engine })));

/** Programs whose every call is a trap, and how they are called: they must do what they do without rewriting. */
const PROGRAMS: readonly string[][] = ['null', 'numbers', 'restart', 'children', 'unmap', 'protect'].map((what) => [
  'rewrite',
  what,
]);
const MORE_PROGRAMS: readonly string[][] = [
  ['ring0', 'segv'],
  ['ring0', 'cow'],
  ['forks', '20'],
  ['nullwrite'],
  ['sh', '-c', 'seq 200 | cat | wc; echo $(seq 3); cat /proc/self/nothing; (sleep 0.01; echo slept)'],
];

async function run(way: (typeof EACH)[number], argv: readonly string[], rewrite: boolean) {
  const root = guestRoot(way.arch, { '/trusted/bin/rewrite': guestProgram('rewrite', way.arch) });
  const screen = new TestConsole();
  const { result, output, machine } = await runGuest({ ...way, mode: 'kernel' }, argv, {
    root,
    screen,
    rewrite,
    recognise: false,
    noVdso: true,
  });
  return { result, output: output + screen.errors, stats: machine.stats() };
}

describe.each(EACH)('$arch: rewritten traps, by the $engine', (way) => {
  const programs = way.engine === 'translator' ? [...PROGRAMS, ...MORE_PROGRAMS] : PROGRAMS;

  test.each(programs.map((argv) => [argv.join(' '), argv] as const))('%s', async (_name, argv) => {
    const plain = await run(way, argv, false);
    const rewritten = await run(way, argv, true);
    expect(rewritten.output).toBe(plain.output);
    expect(rewritten.result).toEqual(plain.result);
    expect(plain.stats.kernelEntries.direct).toBe(0);
    const { kernelEntries, rewriting } = rewritten.stats;
    expect(kernelEntries.directRewritten).toBe(kernelEntries.direct);
    // MIPS: only the program that is made for it has its numbers loaded where that can be rewritten.
    if (argv[0] === 'rewrite' || !way.arch.startsWith('mips')) expect(rewriting.sites).toBeGreaterThan(0);
    // However the program came into the kernel, it made the same calls (but for what it finds to unmap).
    const { munmap: _, mprotect: __, ...calls } = rewritten.stats.syscalls;
    expect(plain.stats.syscalls).toMatchObject(calls);
  });

  test('each place traps once, then calls', async () => {
    const { stats } = await run(way, ['rewrite', 'calls'], true);
    const { kernelEntries, rewriting, syscalls } = stats;
    expect(syscalls).toEqual({ getpid: 1000, exit_group: 1 });
    const left = Object.values(rewriting.left).reduce((sum, { calls }) => sum + calls, 0);
    expect(kernelEntries.trap).toBe(rewriting.sites + left);
    expect(kernelEntries.direct).toBe(999);
    expect(rewriting.resumed).toBeLessThan(2);
  });

  test('a machine that is saved and restored goes on with its rewritten text', async () => {
    const root = guestRoot(way.arch, { '/trusted/bin/rewrite': guestProgram('rewrite', way.arch) });
    const options = { root, rewrite: true, noVdso: true };
    const kernelMode = { ...way, mode: 'kernel' } as const;
    const whole = await runGuest(kernelMode, ['rewrite', 'children'], options);
    const screen = new TestConsole();
    const machine = loadGuest(kernelMode, ['rewrite', 'children'], screen, options);
    await machine.run({ maxInstructions: Math.floor(whole.machine.instructions / 2) });
    expect(machine.stats().kernelEntries.directRewritten).toBeGreaterThan(0);
    const { header, parts } = machine.save('test');
    const saved = { header, parts: [...parts].map((part) => structuredClone(part)) };
    const rest = new TestConsole();
    const { machine: restored } = restoreMachine(saved, 'test', { console: rest });
    await restored.run({ timeoutSeconds: 50 });
    expect((screen.output + rest.output).replaceAll('\r', '')).toBe(whole.output);
    const [after, undisturbed] = [restored.stats(), whole.machine.stats()];
    expect(after.kernelEntries).toEqual(undisturbed.kernelEntries);
    expect(after.rewriting).toEqual(undisturbed.rewriting);
  });

  test('without the option, and in user mode, nothing is rewritten', async () => {
    for (const options of [{}, { rewrite: true }]) {
      const mode = 'rewrite' in options ? 'user' : 'kernel';
      const { machine } = await runGuest({ ...way, mode }, ['calls', 'trap', '20'], { ...options, noVdso: true });
      expect(machine.stats().rewriting.sites).toBe(0);
      expect(machine.stats().kernelEntries.directRewritten).toBe(0);
    }
  });
});
