import { describe, expect, test } from 'vitest';
import { ARCHS, guestProgram, guestRoot, KERNEL_LEVEL as KERNEL, runGuest, USER_LEVEL as USER } from '../harness.ts';

describe.each(ARCHS)('check 2, the resolved path decides: %s', (arch) => {
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
    '/trusting': new TextEncoder().encode('#!/trusted/bin/mode\n'),
    '/trusted/trusting': new TextEncoder().encode('#!/bin/mode\n'),
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
    // Of a script the path of its interpreter counts.
    ['/trusting', KERNEL],
    ['/trusted/trusting', USER],
  ])('%s', async (path, expected) => {
    expect(await output('sh', '-c', path)).toBe(expected);
  });

  test('in another root nothing is trusted', async () => {
    expect(await output('trust', 'chroot', '/jail', '/trusted/mode')).toBe(USER);
    expect(await output('trust', 'chroot', '/jail', '/mode')).toBe(USER);
    expect(await output('sh', '-c', '/trusted/bin/trust chroot /trusted /bin/mode')).toBe(USER);
    expect(await output('trust', 'chroot', '/', '/trusted/bin/mode')).toBe(KERNEL);
  });

  test('kernelMode trusts every program', async () => {
    expect((await runGuest(way, ['mode'], { root, kernelMode: true })).output).toBe(KERNEL);
  });
});
