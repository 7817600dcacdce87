import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MipsRow, mips, mipsel, rows } from '@kml/arch-mips/isa';
import { afterAll } from 'vitest';
import { crossProgram } from '../../cross/build.ts';
import { MIPS } from '../../cross/targets.ts';
import { debianFiles } from '../../decode/debian.ts';
import { type DecodeInput, decodeSuite } from '../../decode/suite.ts';
import { Random } from '../../random/prng.ts';
import { bytesOf, encode } from '../encode.ts';

const OBJDUMP = 'mips-linux-gnu-objdump';
const directory = mkdtempSync(join(tmpdir(), 'kml-decode-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** A file with words of every row, for what programs have none of. */
function everyRow(order: 'big' | 'little'): DecodeInput {
  const random = new Random(1);
  const known = rows.filter(({ mnemonic }) => !/^(cop2|kernelcall|[ls][wd]c2)$/.test(mnemonic));
  const words = known.flatMap((row) => Array.from({ length: 50 }, () => encode(row, random, fixed(row, random))));
  const file = join(directory, order);
  writeFileSync(file, Uint8Array.from(bytesOf(words, order)));
  const flag = order === 'big' ? '-EB' : '-EL';
  const command = [OBJDUMP, '-D', '-z', '-b', 'binary', '-m', 'mips:isa32r2', flag, '-M', 'gpr-names=32', file];
  return { name: `every row, ${order}-endian`, command, minimum: words.length * 0.9 };
}

/** JR and JALR without hints; CLZ and CLO name their destination twice. */
function fixed({ mnemonic }: MipsRow, random: Random): Record<string, number> {
  if (mnemonic.startsWith('j')) return { h: 0 };
  if (!mnemonic.startsWith('cl')) return {};
  const d = random.below(32);
  return { d, t: d };
}

const program = (file: string): DecodeInput => ({
  name: file.replace(/.*\//, ''),
  command: [OBJDUMP, '-d', '-z', '-j', '.text', file],
  minimum: 50_000,
});

/** Words that are none of Release 2's instructions, and coprocessor registers that only other CPUs have. */
function ignored(text: string): boolean {
  return /^(0x|\.word)/.test(text) || /\bc0_(?!status|cause|epc|count|config|ebase|hwrena)/.test(text);
}

/** Targets where there are no symbols. */
const plain = (text: string): string =>
  text
    .replace(/^([bj].*)0x([0-9a-f]+)$/, (whole, before, target) =>
      whole.startsWith('break') ? whole : before + target,
    )
    .replace(/ or \w+/, '');

decodeSuite({
  isa: mipsel,
  mode: 0,
  async inputs() {
    const patterns = ['usr/lib/mipsel-linux-gnu/libc.so.6', 'bin/busybox'];
    const files = await debianFiles('mipsel', ['libc6', 'busybox'], patterns);
    return [everyRow('little'), ...files.map(program)];
  },
  ignore: ({ text }) => ignored(text),
  normalizeTheirs: plain,
});

decodeSuite({
  isa: mips,
  mode: 0,
  inputs: async () => [
    everyRow('big'),
    program('/usr/mips-linux-gnu/lib/libc.so.6'),
    program(crossProgram(MIPS, 'static', 'busybox')),
  ],
  ignore: ({ text }) => ignored(text),
  normalizeTheirs: plain,
});
