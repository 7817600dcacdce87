import { ia32, MODE_CODE32, MODE_STACK32 } from '@kml/arch-ia32/isa';
import { expect, test } from 'vitest';
import { realBinaries } from './binaries.ts';
import { type Dumped, objdump } from './objdump.ts';

/**
 * Instructions of later processors, which libc runs only where CPUID promises them. Anything else
 * that objdump knows must be known here.
 */
const LATER = new RegExp(
  `^(?:${[
    'xgetbv|xsave.*|xrstor.*|rdrand|rdseed|rdpid|rdtscp|xbegin|xend|xabort|xtest|tzcnt|lzcnt|popcnt|movbe|crc32',
    // SSE3, SSSE3, SSE4
    'lddqu|movddup|movs[hl]dup|addsubp[sd]|h(?:add|sub)p[sd]|fisttp|monitor|mwait|tpause|umonitor|umwait',
    'pshufb|palignr|ph(?:add|sub).*|pmaddubsw|pmulhrsw|psign[bwd]|pabs[bwd]|pblend.*|blend.*|dpp[sd]|extractps|insertps',
    'p(?:min|max)(?:sb|sd|ud|uw)|pminuw|pmov[sz]x.*|ptest|pcmp[ei]str[im]|pcmpeqq|pcmpgtq|pinsr[bd]|pextr[bd]|packusdw',
    'movntdqa|mpsadbw|phminposuw|pmuldq|pmulld|round[sp][sd]|aes.*|pclmul.*|sha(?:1|256).*|v[a-z].*|k[a-z]+[bwdq]',
    'andn|bextr|bls.*|bzhi|mulx|pdep|pext|rorx|sarx|shlx|shrx|adcx|adox|cldemote|clwb|enqcmd|movdir.*|serialize|incssp[dq]|rdssp[dq]|rdpkru|wrpkru',
  ].join('|')})$`,
);

const PREFIX = /^(?:(?:rep|repz|repnz|lock|bnd|notrack|data16|addr16|cs|ss|ds|es|fs|gs) )+/;
const MODE = 3 | MODE_CODE32 | MODE_STACK32;

function complaint(dumped: Dumped): string | undefined {
  const { address, bytes } = dumped;
  const code = { byte: (at: number) => bytes[at - address] ?? -1 };
  const ours = ia32.disassemble(code, address, MODE);
  const theirs = dumped.text.replace(PREFIX, '');
  const mnemonic = theirs.split(' ')[0]!;
  if (mnemonic === '(bad)' || LATER.test(mnemonic)) return undefined;
  if (ours === undefined) return 'runs on beyond its end';
  if (ours.length !== bytes.length) return `has ${ours.length} bytes: ${ours.text}`;
  if (normalized(ours.text) !== normalized(dumped.text)) return `is ${ours.text}`;
  return undefined;
}

/** Forms that differ in style only. */
function normalized(text: string): string {
  return text.replace(PREFIX, (prefixes) => prefixes.replace(/\b(?:bnd|notrack|data16|cs|ss|ds|es|fs|gs) /g, ''));
}

test('every instruction of libc, bash and python3 is decoded as objdump decodes it', async () => {
  for (const [name, file] of Object.entries(await realBinaries())) {
    let count = 0;
    let wrong = 0;
    const kinds = new Map<string, string>();
    for await (const dumped of objdump(file)) {
      count++;
      const text = complaint(dumped);
      if (text === undefined) continue;
      wrong++;
      const kind = dumped.text.replace(PREFIX, '').split(' ')[0]!;
      const bytes = dumped.bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
      if (!kinds.has(kind)) kinds.set(kind, `${name} ${dumped.address.toString(16)}: ${bytes}: ${dumped.text} ${text}`);
    }
    console.log(`${name}: ${count} instructions`);
    expect(`${[...kinds.values()].join('\n')}`).toBe('');
    expect(wrong).toBe(0);
    expect(count).toBeGreaterThan(50_000);
  }
});
