import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory, makeRootfs, nodeClock, nodeEntropy, openDirectory, RootfsError } from '@kml/host-node';
import { createMachine } from '@kml/machine';
import { debianName } from '../debian.ts';
import { outcomeOf } from './outcome.ts';
import { TourConsole } from './tour-console.ts';
import type { TourRow } from './tour-row.ts';

const SCRIPT = 'echo "bash $BASH_VERSION, pid $$"; for i in $(seq 100); do :; done; ls / | wc -l; echo $((6 * 7))';

/** Debian's own bash, copied to /trusted/bin as the article on Kernel Mode Linux does it, where the host has apt to fetch it. */
export async function debianBash(arch: string, show: (text: string) => void): Promise<TourRow[]> {
  show("\nDebian's own bash, copied to /trusted/bin\n");
  const architecture = debianName(arch);
  const directory = join(cacheDirectory(), 'roots', `tour-${architecture}`);
  // One line that is written over, where there is a terminal to do it on.
  const progress = (line: string): void => {
    if (process.stdout.isTTY) show(`\r\x1b[K    ${line.slice(0, 70)}`);
  };
  try {
    await makeRootfs({ directory, architecture, packages: ['bash', 'coreutils'], progress });
  } catch (error) {
    if (!(error instanceof RootfsError)) throw error;
    show(`    left out: ${error.message}. On such a host: bin/kml rootfs DIR --packages bash,coreutils\n`);
    return [];
  }
  if (process.stdout.isTTY) show('\r\x1b[K');
  mkdirSync(join(directory, 'trusted/bin'), { recursive: true });
  copyFileSync(join(directory, 'usr/bin/bash'), join(directory, 'trusted/bin/bash'));
  const rows: TourRow[] = [];
  for (const mode of ['user', 'kernel'] as const) {
    const path = mode === 'kernel' ? '/trusted/bin/bash' : '/bin/bash';
    show(`  $ ${path} -c '${SCRIPT}'\n`);
    const screen = new TourConsole(show, []);
    const machine = createMachine({
      arch,
      root: openDirectory(directory),
      console: screen,
      clock: nodeClock,
      entropy: nodeEntropy,
    });
    const started = performance.now();
    machine.load({ path, argv: [path, '-c', SCRIPT], env: { PATH: '/usr/bin:/bin' } });
    const result = await machine.run({ timeoutSeconds: 120 });
    screen.finish();
    rows.push({
      title: "Debian's bash",
      mode,
      outcome: outcomeOf(result),
      ok: result.status === 0,
      stats: machine.stats(),
      seconds: (performance.now() - started) / 1000,
    });
  }
  return rows;
}
