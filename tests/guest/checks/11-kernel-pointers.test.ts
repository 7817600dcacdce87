import { describe, expect, test } from 'vitest';
import { runGuest, WAYS } from '../harness.ts';

describe.each(WAYS)("check 11, the kernel's addresses in system calls: $arch in $mode mode by the $engine", (way) => {
  test('are taken in kernel mode, where they may be written, and EFAULT in user mode', async () => {
    const { result, output } = await runGuest(way, ['kernelmem', 'pointer']);
    const kernel = way.mode === 'kernel';
    const got = kernel ? 'done' : 'EFAULT';
    expect(output.split('\n')).toEqual([
      `read into kernel data: ${got}`,
      ...(kernel ? ['it is there'] : []),
      `write from kernel data: ${got}`,
      `write from kernel text: ${got}`,
      'read into kernel text: EFAULT',
      '',
    ]);
    expect(result).toEqual({ kind: 'exit', status: 0 });
  });
});
