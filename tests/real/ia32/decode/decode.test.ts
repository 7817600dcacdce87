import { ia32, MODE_CODE32, MODE_STACK32 } from '@kml/arch-ia32/isa';
import { debianFiles } from '../../decode/debian.ts';
import { decodeSuite } from '../../decode/suite.ts';

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

decodeSuite({
  isa: ia32,
  mode: 3 | MODE_CODE32 | MODE_STACK32,
  async inputs() {
    const packages = ['libc6', 'bash', 'python3-minimal'];
    const patterns = ['usr/lib/i386-linux-gnu/libc.so.6', 'usr/bin/bash', 'usr/bin/python3.[0-9]*'];
    const files = await debianFiles('i386', packages, patterns);
    return files.map((file) => ({
      name: file.replace(/.*\//, ''),
      command: ['objdump', '-d', '-M', 'intel', '-j', '.text', '--insn-width=16', '-w', file],
      minimum: 50_000,
    }));
  },
  ignore({ text }) {
    const mnemonic = text.replace(PREFIX, '').split(' ')[0]!;
    return mnemonic === '(bad)' || LATER.test(mnemonic);
  },
  normalizeTheirs: (text) => plain(text.replace(/ ?#.*$/, '')),
  normalizeOurs: plain,
});

/** Forms that differ in style only. */
function plain(text: string): string {
  return text.replace(PREFIX, (prefixes) => prefixes.replace(/\b(?:bnd|notrack|data16|cs|ss|ds|es|fs|gs) /g, ''));
}
