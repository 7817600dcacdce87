import { describe, expect, test } from 'vitest';
import { ARCHS, runGuest } from '../harness.ts';

/** What user mode finds: AT_SYSINFO is of IA-32 alone, and ARM has no vDSO. */
const IN_USER_MODE: Readonly<Record<string, { readonly vdso: boolean; readonly sysinfo: boolean }>> = {
  ia32: { vdso: true, sysinfo: true },
  arm: { vdso: false, sysinfo: false },
  mips: { vdso: true, sysinfo: false },
  mipsel: { vdso: true, sysinfo: false },
  ppc: { vdso: true, sysinfo: false },
};

describe.each(ARCHS)('check 4, AT_SYSINFO: %s', (arch) => {
  const read = async (mode: 'user' | 'kernel') => {
    const { output } = await runGuest({ arch, mode, engine: 'translator' }, ['trust', 'aux']);
    const found = /^vdso ([0-9a-f]{8}) (ELF|none), sysinfo ([0-9a-f]{8})\n$/.exec(output);
    expect(found, output).not.toBeNull();
    return { vdso: found![1], kind: found![2], sysinfo: found![3] };
  };

  test('names another entry in kernel mode, AT_SYSINFO_EHDR the same vDSO', async () => {
    const [user, kernel] = [await read('user'), await read('kernel')];
    expect(kernel.vdso).toBe(user.vdso);
    expect(kernel.kind).toBe(IN_USER_MODE[arch]!.vdso ? 'ELF' : 'none');
    expect(user.sysinfo !== '00000000').toBe(IN_USER_MODE[arch]!.sysinfo);
    expect(kernel.sysinfo).not.toBe('00000000');
    expect(kernel.sysinfo).not.toBe(user.sysinfo);
  });
});
