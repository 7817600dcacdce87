import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Compilers with a static glibc, by architecture; what the first one makes also runs on this host's kernel. */
const COMPILERS: Readonly<Record<string, string>> = {
  ia32: 'i686-linux-gnu-gcc',
  arm: 'arm-linux-gnueabihf-gcc',
  mips: 'mips-linux-gnu-gcc',
  mipsel: 'mipsel-linux-gnu-gcc',
  ppc: 'powerpc-linux-gnu-gcc',
};
const FLAGS = ['-O2', '-std=gnu11', '-w', '-static', '-pthread'];

/** Compiles a C program into a static one for an architecture of ours. */
export async function compileStatic(source: string, arch: string, program: string): Promise<void> {
  await promisify(execFile)(COMPILERS[arch]!, [...FLAGS, '-o', program, source, '-lrt', '-lutil']);
}
