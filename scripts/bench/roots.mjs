// Debian's roots, made once by kml rootfs and kept in the cache.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from './fail.mjs';
import { cacheDirectory } from './host.mjs';

/** Debian's names of architectures by ours; Debian 12 has none of the others. */
const DEBIAN = { ia32: 'i386', arm: 'armhf', mipsel: 'mipsel' };
const PACKAGES = 'bash,perl-base,python3-minimal,libpython3-stdlib';

/** The root that has the commands; undefined where Debian has none for the architecture. */
export function commandRoot(kml, arch, say) {
  const debian = DEBIAN[arch];
  return debian && makeRoot(kml, `bench-${debian}`, debian, PACKAGES, 'usr/bin/python3', say);
}

/** Kernel and BIOS for v86. */
export function pcFiles(kml, say) {
  const directory = makeRoot(kml, 'bench-pc', 'i386', 'linux-image-686,seabios', 'usr/share/seabios/bios.bin', say);
  const kernel = readdirSync(join(directory, 'boot')).find((name) => name.startsWith('vmlinuz-'));
  if (kernel === undefined) fail(`${directory}/boot has no kernel; remove ${directory} and run this again`);
  return { kernel: join(directory, 'boot', kernel), bios: join(directory, 'usr/share/seabios') };
}

function makeRoot(kml, name, debian, packages, sign, say) {
  const directory = join(cacheDirectory(), 'roots', name);
  if (existsSync(join(directory, sign))) return directory;
  say(`making ${directory} of Debian's ${packages}`);
  const { status, stderr } = spawnSync(
    kml,
    ['rootfs', directory, '--arch', debian, '--packages', packages, '--quiet'],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) fail(`no Debian root, which needs apt-get and its mirror: ${stderr.trim()}`);
  return directory;
}
