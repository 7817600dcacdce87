import { describe, expect, test } from 'vitest';
import { runGuest, TestConsole, WAYS } from './harness.ts';

describe.each(WAYS)('$arch in $mode mode by the $engine', (way) => {
  const kernel = way.mode === 'kernel';

  test('a shell pipes programs and knows its privilege level', async () => {
    const { result, output } = await runGuest(way, ['sh', '-c', 'mode; seq 1000 | cat | wc; echo done']);
    expect(output).toBe(
      `${kernel ? 'kernel mode, privilege level 0' : 'user mode, privilege level 3'}\n1000 1000 3893\ndone\n`,
    );
    expect(result).toEqual({ kind: 'exit', status: 0 });
  });

  test('what C libraries, loaders and shells begin with does as on Linux', async () => {
    const { result, output } = await runGuest(way, ['startup']);
    expect(output).toMatch(/^13\d done, 0 not as on Linux\n$/);
    expect(result.status).toBe(0);
  });

  test('a write to address 0 is SIGSEGV and the machine lives on', async () => {
    const alone = await runGuest(way, ['nullwrite']);
    expect(alone.result).toEqual({ kind: 'signal', signal: 11, status: 139 });
    const inShell = await runGuest(way, ['sh', '-c', 'nullwrite; echo alive']);
    expect(inShell.output).toContain('alive\n');
    expect(inShell.result.status).toBe(0);
  });

  test('fork, clone, mmap and pipes', async () => {
    const { result, output } = await runGuest(way, ['forks']);
    expect(output).not.toContain('FAILED');
    expect(output.match(/: ok\n/g)).toHaveLength(5);
    expect(result.status).toBe(0);
  });

  test('ids are what they are, however often asked for, in processes that fork, change them and lose their parent', async () => {
    const options = { hotness: 100 };
    const { result, output, machine } = await runGuest(way, ['ids', '500'], options);
    expect(output).toBe('ids: ok\n');
    expect(result).toEqual({ kind: 'exit', status: 0 });
    expect(machine.stats().syscalls.getpid).toBe(6 * 500 + 4);
    if (way.engine === 'interpreter') return;
    const asking = await runGuest(way, ['ids', '500'], { ...options, without: ['steadyAnswers'] });
    expect(asking.machine.stateHash()).toBe(machine.stateHash());
  });

  test('500 processes alive at once in 256 MiB', async () => {
    const { result, output, machine } = await runGuest(way, ['crowd', '500'], { memory: 256 << 20 });
    expect(output).toBe('500 alive, 500 ended well\n');
    expect(result).toEqual({ kind: 'exit', status: 0 });
    expect(machine.stats().forks).toBe(500);
  });

  test('Ctrl-C ends the endless loop in the foreground; the process in the background goes on', async () => {
    const screen = new TestConsole({ tty: true, cues: [{ on: 'press Ctrl-C', type: '\x03' }] });
    const { result, output } = await runGuest(way, ['foreground'], { screen });
    expect(output).toContain('ended by signal 2; the other process counted all the while');
    expect(result.status).toBe(0);
  });

  test('memory far beyond the page frames is paged out and comes back as written', async () => {
    const { result, output, machine } = await runGuest(way, ['touch', '20'], { memory: 8 << 20, swap: 64 << 20 });
    expect(output).toMatch(/^checksum [0-9a-f]{8} as written\n$/);
    expect(result.status).toBe(0);
    expect(machine.stats().pagesOut).toBeGreaterThan(1000);
  });

  test('an endless loop is ended by an instruction limit, to the instruction', async () => {
    const { result, machine } = await runGuest(way, ['spin'], { limits: { maxInstructions: 1_234_567 } });
    expect(result).toEqual({ kind: 'limit', limit: 'instructions', status: 124 });
    expect(machine.instructions).toBe(1_234_567);
  });

  test('each way into the kernel is counted apart', async () => {
    const entries = async (how: string, count: number, recognise: boolean) =>
      (await runGuest(way, ['calls', how, String(count)], { recognise })).machine.stats().kernelEntries;
    const before = await entries('trap', 0, false);
    const trap = await entries('trap', 1000, false);
    const recognised = await entries('trap', 1000, true);
    const vsyscall = await entries('vsyscall', 1000, false);
    expect(trap.trap - before.trap).toBe(1000);
    expect(recognised.recognised).toBe(kernel ? 1000 : 0);
    // Only IA-32 has a fast system call (sysenter); in user mode the others only have the trap.
    const used = kernel ? 'direct' : way.arch === 'ia32' ? 'fast' : 'trap';
    for (const kind of ['trap', 'fast', 'direct'] as const) {
      expect(vsyscall[kind] - before[kind]).toBe(kind === used ? 1000 : 0);
    }
    expect(kernel ? vsyscall.fast : vsyscall.direct).toBe(0);
  });

  test('a sleeping process costs no instructions and wakes in time', async () => {
    const { result, machine } = await runGuest(way, ['sleep', '3600']);
    expect(result.status).toBe(0);
    expect(machine.instructions).toBeLessThan(1_000_000);
  });
});
