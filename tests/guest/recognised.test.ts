import { restoreMachine } from '@kml/machine';
import { describe, expect, test } from 'vitest';
import { ARCHS, loadGuest, runGuest, TestConsole } from './harness.ts';

const ENGINES = ['interpreter', 'translator'] as const;
const PLACES = ARCHS.flatMap((arch) => ENGINES.map((engine) => ({ arch, engine, mode: 'kernel' }) as const));

describe.each(PLACES)('recognised traps on $arch, by the $engine', (way) => {
  test('every trap of a program is one, and none where they are off or it runs in user mode', async () => {
    const argv = ['calls', 'trap', '100'];
    const on = (await runGuest(way, argv)).machine.stats();
    const off = (await runGuest(way, argv, { recognise: false })).machine.stats();
    const user = (await runGuest({ ...way, mode: 'user' }, argv)).machine.stats();
    expect(on.kernelEntries).toMatchObject({ trap: 0, recognised: 100 });
    expect(off.kernelEntries).toMatchObject({ trap: 100, recognised: 0 });
    expect(user.kernelEntries.recognised).toBe(0);
    expect(on.cycles).toBeLessThan(off.cycles);
  });

  // All calls of these go by the trap.
  test.each([
    ['a shell, pipes, children', ['sh', '-c', 'mode; seq 700 | cat | wc; echo done']],
    ['fork, clone, shared memory', ['forks']],
    ['64 threads', ['crowd', '64']],
    ['page faults on the stack under the timer', ['starve', '40', '1000']],
  ])('%s: what traps do', async (_what, argv) => {
    const options = { noVdso: true, hz: 1000 };
    const traps = await runGuest(way, argv, { ...options, recognise: false });
    const recognised = await runGuest(way, argv, options);
    expect(recognised.output).toBe(traps.output);
    expect(recognised.result).toEqual(traps.result);
    expect(recognised.machine.stats().kernelEntries.recognised).toBeGreaterThan(0);
    expect(recognised.machine.stats().syscalls.exit_group).toBe(traps.machine.stats().syscalls.exit_group);
  });

  test('signals at any instruction of them, with handlers that trap: each gives its own result', async () => {
    const { result, output } = await runGuest(way, ['recognise', '60'], { hz: 10_000 });
    expect(output).toBe('0 wrong\n');
    expect(result).toEqual({ kind: 'exit', status: 0 });
  });

  test('hooks of sys_call_table hold', async () => {
    const { output } = await runGuest(way, ['kernelmem', 'hook']);
    expect(output).toMatch(/^hooked: 4242 by trap, 4242 by AT_SYSINFO\n/);
  });
});

test.each(ARCHS)('a machine saved with processes waiting in them ends as it would: %s', async (arch) => {
  const way = { arch, mode: 'kernel', engine: 'translator' } as const;
  const argv = ['sh', '-c', 'sleep 1 | seq 300 | wc; forks'];
  const options = { noVdso: true, memory: 8 << 20 };
  const whole = await runGuest(way, argv, options);
  for (const share of [0.2, 0.5, 0.8]) {
    const screen = new TestConsole();
    const machine = loadGuest(way, argv, screen, options);
    await machine.run({ maxInstructions: Math.floor(whole.machine.instructions * share) });
    const rest = new TestConsole();
    const { machine: restored } = restoreMachine(machine.save('test'), 'test', { console: rest });
    expect(await restored.run()).toEqual(whole.result);
    expect(restored.stats().kernelEntries).toEqual(whole.machine.stats().kernelEntries);
    expect(restored.stateHash()).toBe(whole.machine.stateHash());
    expect((screen.output + rest.output).replaceAll('\r', '')).toBe(whole.output);
  }
});
