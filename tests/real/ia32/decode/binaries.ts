import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory, makeRootfs } from '@kml/host-node';

/** Debian's i386 programs whose code is disassembled whole: by name, their files. */
export async function realBinaries(): Promise<Readonly<Record<string, string>>> {
  const root = join(cacheDirectory(), 'roots', 'decode-i386');
  const packages = ['libc6', 'bash', 'python3-minimal'];
  await makeRootfs({ directory: root, architecture: 'i386', packages, progress: () => {} });
  const bin = join(root, 'usr/bin');
  const python = readdirSync(bin).find((name) => /^python3\.\d+$/.test(name));
  if (python === undefined) throw new RangeError(`no python3 in ${bin}`);
  return {
    'libc.so.6': join(root, 'usr/lib/i386-linux-gnu/libc.so.6'),
    bash: join(bin, 'bash'),
    python3: join(bin, python),
  };
}
