import { describe, expect, test } from 'vitest';
import { ARCHS, guestProgram, guestRoot, runGuest, stepsOfATick, TestConsole, WAYS } from './harness.ts';

const ENGINES = ['interpreter', 'translator'] as const;
const KERNEL = 'kernel mode, privilege level 0\n';
const USER = 'user mode, privilege level 3\n';

/** Tables of the CPU's in the kernel's memory, and what becomes of a machine whose program overwrites them. */
const CPU_TABLES: Readonly<Record<string, readonly (readonly [string, RegExp])[]>> = {
  ia32: [
    ['idt', /^the CPU stopped: triple fault/],
    ['gdt', /^the CPU stopped: triple fault/],
  ],
};
const LOCK_UP = /^lock-up: interrupts disabled for 0.005 s by kernelmem \(pid \d+\)$/;
/** What user mode may not do, where that is not both: ARM ignores a change of the interrupt mask there, and any program may wait for an interrupt. */
const FORBIDDEN: Readonly<Record<string, readonly string[]>> = { arm: [] };
/** User mode's signal for reading and writing the kernel's memory, and for instructions that only the kernel may execute. */
const PRIVILEGED: Readonly<Record<string, number>> = { ia32: 11 };

/** Architectures whose traps push a frame on the stack in use, and whose calls push return addresses. */
const PUSHES_FRAMES: ReadonlySet<string> = new Set(['ia32']);

const ENGINES_OF_ALL = ARCHS.flatMap((arch) => ENGINES.map((engine) => ({ arch, engine })));

describe.each(ENGINES_OF_ALL)("$arch: the kernel's memory, by the $engine", ({ arch, engine }) => {
  const run = (mode: 'user' | 'kernel', what: string, screen = new TestConsole()) =>
    runGuest({ arch, mode, engine }, ['kernelmem', what], { screen, hz: 1000, lockupSeconds: 0.005 });
  const tables = CPU_TABLES[arch] ?? [];

  test.each([
    ['jiffies', /^jiffies go on by themselves\n$/],
    ['mirror', /^pid \d+, my own, kernelmem\n$/],
    ['hook', /^hooked: 4242 by trap, 4242 by AT_SYSINFO\nunhooked\n$/],
  ])('a kernel-mode program reaches %s', async (what, expected) => {
    const { result, output } = await run('kernel', what);
    expect(output).toMatch(expected);
    expect(result).toEqual({ kind: 'exit', status: 0 });
  });

  test.each(['jiffies', 'mirror', 'hook', 'text', ...tables.map(([table]) => table), 'current'])(
    'a user-mode program gets SIGSEGV from %s',
    async (what) => {
      expect((await run('user', what)).result).toEqual({ kind: 'signal', signal: 11, status: 139 });
    },
  );

  test.each(FORBIDDEN[arch] ?? ['cli', 'halt'])('a user-mode program cannot disable interrupts by %s', async (what) => {
    const signal = PRIVILEGED[arch] ?? 4;
    expect((await run('user', what)).result).toEqual({ kind: 'signal', signal, status: 128 + signal });
  });

  test('a write to kernel text is an oops: reported, the process dies, the machine lives on', async () => {
    const screen = new TestConsole();
    const { result, output } = await runGuest({ arch, mode: 'kernel', engine }, ['sh', '-c', 'kernelmem text; mode'], {
      screen,
    });
    expect(output).toBe(`overwriting sys_getpid\n${KERNEL}`);
    expect(result).toEqual({ kind: 'exit', status: 0 });
    expect(screen.errors).toMatch(/^BUG: unable to handle page fault for address: [89bc][0-9a-f]{7}\r\n/);
    expect(screen.errors).toMatch(/CPU: 0 PID: \d+ Comm: kernelmem\r\n/);
    expect(screen.errors).toMatch(/Code: [0-9a-f]{8}: .* (?:mov DWORD PTR|str|sw|stw)\b/);
    expect(screen.errors).toContain('---[ end trace ]---');
  });

  const spoilers: [what: string, message: RegExp][] = [
    ...tables.map(([table, message]): [string, RegExp] => [table, message]),
    ['current', /^the pointer to the current task was overwritten: [0-9a-f]{8}, kernelmem/],
    ['cli', LOCK_UP],
    ['halt', LOCK_UP],
  ];
  test.each(spoilers)('spoiling the machine by %s ends in a panic report', async (what, message) => {
    const screen = new TestConsole();
    const { result } = await run('kernel', what, screen);
    expect(result).toMatchObject({ kind: 'panic', status: 125, message: expect.stringMatching(message) });
    expect(screen.errors).toContain('Kernel panic - not syncing: ');
    expect(screen.errors).toMatch(/[A-Z0-9]+: [0-9a-f]{8} {2}[A-Z0-9]+: /);
    expect(screen.errors).toMatch(/Code: [0-9a-f]{8}: /);
    expect(screen.errors).not.toMatch(/\.ts|node:|at .*\(/);
    // The others may stop with nothing on the kernel stack but the frame.
    if (PUSHES_FRAMES.has(arch) && (what === 'cli' || what === 'halt'))
      expect(screen.errors).toMatch(/Call trace:\r\n( \[[0-9a-f]{8}\] .*\r\n)+/);
  });
});

describe.each(WAYS)('$arch in $mode mode by the $engine', (way) => {
  const level = way.mode === 'kernel' ? 0 : 3;

  test.each([
    ['segv', new RegExp(`^100 faults left by longjmp from handlers at level ${level}\n$`)],
    ['repair', new RegExp(`^100 writes went on after handlers at level ${level}\n$`)],
    ['alarm', new RegExp(`^[2-9]\\d alarms taken and returned from at level ${level}\n$`)],
    ['cow', new RegExp(`^2 writes to read-only pages refused at level ${level}\n$`)],
  ])('handlers and copy-on-write: %s', async (what, expected) => {
    const { result, output } = await runGuest(way, ['ring0', what], { hz: 1000 });
    expect(output).toMatch(expected);
    expect(result).toEqual({ kind: 'exit', status: 0 });
  });

  test('500 processes alive at once in 256 MiB', async () => {
    const { result, output, machine } = await runGuest(way, ['crowd', '500'], { memory: 256 << 20 });
    expect(output).toBe('500 alive, 500 ended well\n');
    expect(result).toEqual({ kind: 'exit', status: 0 });
    expect(machine.stats().forks).toBe(500);
  });

  test('no tick is lost while the stack is starved, and nobody dies', async () => {
    // Interpreted, fewer pages: each waits for a whole tick.
    const tick = String(stepsOfATick(way.arch, 1000));
    const pages = way.engine === 'translator' ? 2000 : 20;
    const { result, output, machine } = await runGuest(way, ['starve', String(pages), tick], { hz: 1000 });
    expect(output).toBe(`${pages / 2} frames, ${pages} pages waited on\n`);
    expect(result).toEqual({ kind: 'exit', status: 0 });
    const { ticks, cycles, pageFaults } = machine.stats();
    // The other process has its share too, so there are more ticks than pages.
    expect(ticks).toBeGreaterThan(pages);
    // Jiffies go by the clock, ticks are counted; the last may not have been taken when the machine ended.
    expect(machine.kernel.state.jiffies).toBe(ticks);
    expect(Math.floor((cycles * 1000) / machine.model.clockHz) - ticks).toBeLessThanOrEqual(1);
    // In kernel mode the frames of ticks need the pages that user mode never touches, where the CPU pushes them.
    if (way.mode === 'kernel' && PUSHES_FRAMES.has(way.arch)) expect(pageFaults.minor).toBeGreaterThan(pages * 0.9);
  });
});

describe.each(ARCHS)('%s: who runs in kernel mode', (arch) => {
  const box = guestProgram('box', arch);
  const root = guestRoot(arch, {
    '/trusted/deep/er/mode': box,
    '/link-in': { link: '/trusted/bin' },
    '/trusted/link-out': { link: '../bin' },
    '/trusted/mode': { link: '/bin/mode' },
    '/mode': { link: 'trusted/bin/mode' },
    '/untrusted/mode': box,
    '/trusted2/mode': box,
    '/home/trusted/mode': box,
    '/jail/trusted/mode': box,
    '/jail/mode': box,
  });
  const way = { arch, mode: 'user', engine: 'translator' } as const;
  const output = async (...argv: string[]) => (await runGuest(way, argv, { root })).output;

  test.each([
    ['/trusted/bin/mode', KERNEL],
    ['/trusted/deep/er/mode', KERNEL],
    ['/link-in/mode', KERNEL],
    ['/mode', KERNEL],
    ['/bin/../trusted/./deep/../bin/mode', KERNEL],
    ['/proc/self/root/trusted/bin/mode', KERNEL],
    ['/bin/mode', USER],
    ['/trusted/link-out/mode', USER],
    ['/trusted/mode', USER],
    ['/trusted/../bin/mode', USER],
    ['/untrusted/mode', USER],
    ['/trusted2/mode', USER],
    ['/home/trusted/mode', USER],
  ])('%s', async (path, expected) => {
    expect(await output('sh', '-c', path)).toBe(expected);
  });

  test('a forked child has the mode of its parent; exec decides afresh, both ways', async () => {
    expect(await output('sh', '-c', '/trusted/bin/trust fork /bin/mode')).toBe(`child at privilege level 0\n${USER}`);
    expect(await output('trust', 'fork', '/trusted/bin/mode')).toBe(`child at privilege level 3\n${KERNEL}`);
  });

  test('in another root nothing is trusted', async () => {
    expect(await output('trust', 'chroot', '/jail', '/trusted/mode')).toBe(USER);
    expect(await output('trust', 'chroot', '/jail', '/mode')).toBe(USER);
    expect(await output('sh', '-c', '/trusted/bin/trust chroot /trusted /bin/mode')).toBe(USER);
    expect(await output('trust', 'chroot', '/', '/trusted/bin/mode')).toBe(KERNEL);
  });

  // Elsewhere user mode has none.
  const entries = arch === 'ia32' ? ['AT_SYSINFO'] : [];
  test.each(entries)('%s is another entry of the same vDSO', async () => {
    const [user, kernel] = [await output('trust', 'aux'), await output('sh', '-c', '/trusted/bin/trust aux')];
    const place = /^vdso ([0-9a-f]{8}) ELF, sysinfo at ([0-9a-f]{8})\n$/;
    expect(place.exec(kernel)?.[1]).toBe(place.exec(user)?.[1]);
    expect(place.exec(kernel)?.[2]).not.toBe(place.exec(user)?.[2]);
  });

  test('kernelMode trusts every program', async () => {
    expect((await runGuest(way, ['mode'], { root, kernelMode: true })).output).toBe(KERNEL);
  });
});
