import { describe, expect, test } from 'vitest';
import { ARCHS, KERNEL_LEVEL as KERNEL, runGuest, USER_LEVEL as USER } from '../harness.ts';

/** That threads and vforked children keep the mode as well is in check 1. */
describe.each(ARCHS)('check 3, fork keeps the mode, exec decides afresh: %s', (arch) => {
  const way = { arch, mode: 'user', engine: 'translator' } as const;
  const output = async (...argv: string[]) => (await runGuest(way, argv)).output;

  test('a forked child has the mode of its parent; the program that it executes has its own, both ways', async () => {
    expect(await output('sh', '-c', '/trusted/bin/trust fork /bin/mode')).toBe(`child at privilege level 0\n${USER}`);
    expect(await output('trust', 'fork', '/trusted/bin/mode')).toBe(`child at privilege level 3\n${KERNEL}`);
  });
});
