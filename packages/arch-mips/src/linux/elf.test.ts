import { describe, expect, test } from 'vitest';
import { refuseElf } from './elf.ts';
import { nanMode, noteProgram, usesFr } from './fp-mode.ts';

const O32_R2 = 0x7000_1007;
const header = { class: 1, data: 2, machine: 8, flags: O32_R2 };

describe('whose file it is', () => {
  test.each([
    ['o32, MIPS32 Release 2', {}, undefined],
    ['MIPS I', { flags: 0x1007 }, undefined],
    ['MIPS III in 32-bit mode', { flags: 0x2000_1107 }, undefined],
    ['the other byte order', { data: 1 }, /big-endian/],
    ['another machine', { machine: 3 }, /machine 3/],
    ['n32', { flags: O32_R2 | 0x20 }, /n32/],
    ['n64', { class: 2 }, /32-bit/],
    ['o64', { flags: 0x7000_2007 }, /o32/],
    ['Release 6', { flags: 0x9000_1007 }, /instruction set/],
    ['MIPS64', { flags: 0x6000_1007 }, /instruction set/],
    ['2008 NaNs', { flags: O32_R2 | 0x400 }, undefined],
    ['microMIPS', { flags: O32_R2 | 0x0200_0000 }, /microMIPS/],
  ])('%s', (_, changes, expected) => {
    const reason = refuseElf({ ...header, ...changes }, 'big');
    if (expected === undefined) expect(reason).toBeUndefined();
    else expect(reason).toMatch(expected);
  });

  test('little-endian files are the other plugin’s', () => {
    expect(refuseElf({ ...header, data: 1 }, 'little')).toBeUndefined();
    expect(refuseElf(header, 'little')).toMatch(/little-endian/);
  });
});

test('NaNs are the program’s, whatever its interpreter', () => {
  const marks = (...flags: number[]) => flags.map((flag) => ({ flags: O32_R2 | flag, segment: undefined }));
  const nanBits = (...flags: number[]): number => {
    const task = { arch: {} } as never;
    noteProgram(task, { entry: 0, sp: 0, kernelMode: false, marks: marks(...flags) });
    return nanMode(task);
  };
  expect([nanBits(0x400), nanBits(0x400, 0), nanBits(0, 0x400)]).toEqual([0xc_0000, 0xc_0000, 0]);
});

describe('floating point registers', () => {
  const flags = (fpAbi: number | undefined) => ({
    flags: O32_R2,
    segment: fpAbi === undefined ? undefined : Uint8Array.from([0, 0, 32, 2, 1, 1, 0, fpAbi, ...Array(16).fill(0)]),
  });
  const [DOUBLE, SOFT, XX, FP64, ANY] = [1, 3, 5, 6, 0] as const;

  test.each([
    ['double', [DOUBLE], false],
    ['no flags', [undefined], false],
    ['xx', [XX], true],
    ['64', [FP64], true],
    ['soft', [SOFT], false],
    ['any', [ANY], true],
    ['xx, its interpreter double', [XX, DOUBLE], false],
    ['64, its interpreter xx', [FP64, XX], true],
  ] as [string, (number | undefined)[], boolean][])('%s', (_, files, fr) => {
    const task = { arch: {} } as never;
    noteProgram(task, { entry: 0, sp: 0, kernelMode: false, marks: files.map(flags) });
    expect(usesFr(task)).toBe(fr);
  });

  test('the old flag asks for 64-bit registers', () => {
    const task = { arch: {} } as never;
    const marks = [{ flags: O32_R2 | 0x200, segment: undefined }];
    noteProgram(task, { entry: 0, sp: 0, kernelMode: false, marks });
    expect(usesFr(task)).toBe(true);
  });
});
