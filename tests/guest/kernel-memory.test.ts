import { describe, expect, test } from 'vitest';
import { ARCHS, KERNEL_LEVEL, LOCK_UP, runGuest, TestConsole } from './harness.ts';

const ENGINES = ['interpreter', 'translator'] as const;

/** Tables of the CPU's in the kernel's memory, and what becomes of a machine whose program overwrites them. */
const CPU_TABLES: Readonly<Record<string, readonly (readonly [string, RegExp])[]>> = {
  ia32: [
    ['idt', /^the CPU stopped: triple fault/],
    ['gdt', /^the CPU stopped: triple fault/],
  ],
  arm: [['vectors_page', /^the CPU stopped: endless traps/]],
  mips: [['exception_handlers', LOCK_UP]],
  mipsel: [['exception_handlers', LOCK_UP]],
};
/** What user mode may not do, where that is not both: ARM ignores a change of the interrupt mask there, and any program may wait for an interrupt. */
const FORBIDDEN: Readonly<Record<string, readonly string[]>> = { arm: ['vectors'] };
/** User mode's signal for reading and writing the kernel's memory, and for instructions that only the kernel may execute. */
const PRIVILEGED: Readonly<Record<string, number>> = { ia32: 11 };

const ENGINES_OF_ALL = ARCHS.flatMap((arch) => ENGINES.map((engine) => ({ arch, engine })));

describe.each(ENGINES_OF_ALL)("$arch: the kernel's memory, by the $engine", ({ arch, engine }) => {
  const run = (mode: 'user' | 'kernel', what: string, screen = new TestConsole()) =>
    runGuest({ arch, mode, engine }, ['kernelmem', what], { screen, hz: 1000, lockupSeconds: 0.005 });
  const tables = CPU_TABLES[arch] ?? [];

  test.each([
    ['jiffies', /^jiffies go on by themselves\n$/],
    ['mirror', /^pid \d+, my own, kernelmem\n$/],
    ['call', /^mmap2 gave a page\nclose gave EBADF\nnanosleep slept\n$/],
    ['hook', /^hooked: 4242 by trap, 4242 by AT_SYSINFO\nunhooked\n$/],
  ])('a kernel-mode program reaches %s', async (what, expected) => {
    const { result, output } = await run('kernel', what);
    expect(output).toMatch(expected);
    expect(result).toEqual({ kind: 'exit', status: 0 });
  });

  test.each(['jiffies', 'mirror', 'hook', 'call', 'text', ...tables.map(([table]) => table), 'current'])(
    'a user-mode program gets SIGSEGV from %s',
    async (what) => {
      expect((await run('user', what)).result).toEqual({ kind: 'signal', signal: 11, status: 139 });
    },
  );

  test.each(FORBIDDEN[arch] ?? ['cli', 'halt', 'vectors'])(
    'a user-mode program cannot disable interrupts or move the vectors: %s',
    async (what) => {
      const signal = PRIVILEGED[arch] ?? 4;
      expect((await run('user', what)).result).toEqual({ kind: 'signal', signal, status: 128 + signal });
    },
  );

  test('a write to kernel text is an oops: reported, the process dies, the machine lives on', async () => {
    const screen = new TestConsole();
    const { result, output } = await runGuest({ arch, mode: 'kernel', engine }, ['sh', '-c', 'kernelmem text; mode'], {
      screen,
    });
    expect(output).toBe(`overwriting sys_getpid\n${KERNEL_LEVEL}`);
    expect(result).toEqual({ kind: 'exit', status: 0 });
    expect(screen.errors).toMatch(/^BUG: unable to handle page fault for address: [89bc][0-9a-f]{7}\r\n/);
    expect(screen.errors).toMatch(/CPU: 0 PID: \d+ Comm: kernelmem\r\n/);
    expect(screen.errors).toMatch(/Code: [0-9a-f]{8}: .* (?:mov DWORD PTR|str|sw|stw)\b/);
    expect(screen.errors).toContain('---[ end trace ]---');
  });

  const spoilers: [what: string, message: RegExp][] = [
    ...tables.map(([table, message]): [string, RegExp] => [table, message]),
    ['vectors', /^the CPU stopped: (triple fault|endless traps)/],
    ['current', /^the pointer to the current task was overwritten: [0-9a-f]{8}, kernelmem/],
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
    expect(screen.errors).toMatch(/Call trace:\r\n( \[[0-9a-f]{8}\] .*\r\n)+/);
  });
});
