import { describe, expect, test } from 'vitest';
import { runGuest, WAYS } from '../harness.ts';

describe.each(WAYS)('check 7, copy-on-write: $arch in $mode mode by the $engine', (way) => {
  test('holds for what a program writes, and for what the kernel writes for it; read-only is read-only', async () => {
    const { result, output } = await runGuest(way, ['ring0', 'cow']);
    expect(output).toBe(`2 writes to read-only pages refused at level ${way.mode === 'kernel' ? 0 : 3}\n`);
    expect(result).toEqual({ kind: 'exit', status: 0 });
  });
});
