// What the bench uses of the host, and says of it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, homedir, loadavg, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fail } from './fail.mjs';

/** QEMU's user mode by our names of architectures. */
export const QEMU = {
  ia32: 'qemu-i386-static',
  arm: 'qemu-arm-static',
  mips: 'qemu-mips-static',
  mipsel: 'qemu-mipsel-static',
  ppc: 'qemu-ppc-static',
};

let made;

/**
 * The environment of what is measured: without the variables that make Node read certificates at start, and with
 * code stores of this bench's own, gone when it ends, so that nothing counts that other runs left behind.
 */
export function environment() {
  if (made === undefined) {
    const directory = mkdtempSync(join(tmpdir(), 'kml-bench-cache-'));
    process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
    made = { PATH: process.env.PATH, HOME: homedir(), LC_ALL: 'C', XDG_CACHE_HOME: directory };
  }
  return made;
}

export const cacheDirectory = () => process.env.KML_CACHE ?? join(homedir(), '.cache/kml');

/** Absolute path of a tool, as a program that is emulated must be told it; undefined if it is not there. */
export function pathOf(tool) {
  const { status, stdout } = spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** The same of a tool that must be there. */
export function needed(tool, debianPackage) {
  return pathOf(tool) ?? fail(`${tool} is missing: apt-get install ${debianPackage}`);
}

/** First line of what a tool says of its version. */
export function versionOf(command, ...args) {
  const { stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return stdout.split('\n')[0].trim();
}

const load = () =>
  loadavg()
    .map((value) => value.toFixed(2))
    .join(' ');

/** The machine, in words. */
export function describeHost(core) {
  const list = cpus();
  return {
    cpu: list[0]?.model.trim() ?? 'unknown',
    cores: list.length,
    core,
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    kernel: `Linux ${release()}`,
    distribution: distribution(),
    loadAtStart: load(),
  };
}

export { load };

function distribution() {
  try {
    return /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}
