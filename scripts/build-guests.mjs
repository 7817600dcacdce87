// Builds the guest programs in guest/src with Debian's cross compilers into guest/bin/ISA.
// The binaries are committed, so that nobody needs a compiler to run the tour and the tests;
// `--check` builds into a scratch directory and fails if a committed binary differs.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'guest/src');
/** ARM code is A32, hard floating point by VFP registers; every ISA has every program. */
const targets = {
  ia32: {
    compiler: 'i686-linux-gnu-gcc',
    flags: ['-march=i686', '-fcf-protection=none'],
    // Floating point by x87 and, as NAME-sse2, by SSE2.
    floating: { '-sse2': ['-msse2', '-mfpmath=sse'] },
  },
  arm: {
    compiler: 'arm-linux-gnueabihf-gcc',
    flags: ['-march=armv7-a+fp', '-marm', '-mfloat-abi=softfp', '-Wl,-Ttext-segment=0x400000'],
  },
  mips: { compiler: 'mips-linux-gnu-gcc', flags: ['-march=mips32r2', '-mabi=32', '-mno-abicalls', '-G0'] },
  mipsel: { compiler: 'mipsel-linux-gnu-gcc', flags: ['-march=mips32r2', '-mabi=32', '-mno-abicalls', '-G0'] },
  ppc: { compiler: 'powerpc-linux-gnu-gcc', flags: ['-mcpu=750', '-mhard-float'] },
};
const common = [
  ...['-O2', '-std=gnu11', '-Wall', '-Wextra', '-static', '-nostdlib', '-nostartfiles', '-ffreestanding'],
  ...['-fno-builtin', '-fno-pic', '-no-pie', '-fno-stack-protector', '-fno-asynchronous-unwind-tables'],
  ...['-fno-tree-loop-distribute-patterns', '-fno-math-errno', '-s', '-Wl,--build-id=none', '-Wl,-z,noseparate-code'],
];

const directories = ['', 'bench', 'bench/float', 'bench/calls'].map((name) => join(source, name));

const check = process.argv.includes('--check');
const scratch = check ? mkdtempSync(join(tmpdir(), 'kml-guests-')) : undefined;
let differing = 0;

for (const [isa, { compiler, flags, floating }] of Object.entries(targets)) {
  const committed = join(root, 'guest/bin', isa);
  const into = scratch ? join(scratch, isa) : committed;
  mkdirSync(into, { recursive: true });
  for (const directory of directories) {
    const variants = { '': [], ...(basename(directory) === 'float' && floating) };
    for (const file of readdirSync(directory).filter((name) => name.endsWith('.c'))) {
      for (const [suffix, more] of Object.entries(variants)) {
        const name = basename(file, '.c') + suffix;
        // Relative paths: the compiler must not see where the tree lies.
        const args = [...common, ...flags, ...more, '-o', join(into, name), file];
        execFileSync(compiler, args, { cwd: directory, stdio: 'inherit' });
        if (check && !readFileSync(join(into, name)).equals(readFileSync(join(committed, name)))) {
          console.error(
            `guest/bin/${isa}/${name} is not what guest/src builds to; run 'node scripts/build-guests.mjs'`,
          );
          differing++;
        }
      }
    }
  }
}
if (scratch) rmSync(scratch, { recursive: true });
process.exitCode = differing ? 1 : 0;
if (check && !differing) console.log('guest programs: committed binaries are what the sources build to');
