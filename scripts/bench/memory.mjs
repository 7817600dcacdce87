// The memory group: peak resident memory of the host's process while bash idles.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail } from './fail.mjs';
import { environment } from './host.mjs';
import { WARMING_RUNS } from './measure.mjs';
import { commandRoot } from './roots.mjs';

/** MiB, at most, of a run of an interactive bash that waits for a second in a guest of 256 MiB; undefined without a Debian root. */
export function peakMemory({ arch, mode, subject, kml, say }) {
  const root = commandRoot(kml, arch, say);
  if (root === undefined) return undefined;
  const directory = mkdtempSync(join(tmpdir(), 'kml-bench-'));
  const stats = join(directory, 'stats.json');
  try {
    const options = ['--memory', '256M', '--stats', stats, '--root', root];
    const command = subject.run(mode, options, '/usr/bin/bash', '-i');
    for (let run = 0; run <= WARMING_RUNS; run++) {
      spawnSync('sh', ['-c', 'sleep 1 | "$@"', 'sh', ...command], { env: environment(), stdio: 'ignore' });
    }
    return JSON.parse(readFileSync(stats, 'utf8')).peakHostMemory / 2 ** 20;
  } catch (error) {
    return fail(`memory: ${error.message}`);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
