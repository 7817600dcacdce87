import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { ComparisonPorts } from '@kml/compare';
import { seededEntropy } from '@kml/host-node';
import { VERSION } from '../build.ts';
import { Failure } from '../failure.ts';

/** What a comparison gets of this host. */
export const nodePorts: ComparisonPorts = {
  version: VERSION,
  guestProgram,
  sha256() {
    const hash = createHash('sha256');
    return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
  },
  entropy: () => seededEntropy(1),
  now: () => performance.now(),
  host: () => ({
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    platform: process.platform,
    node: process.versions.node,
  }),
};

/** A committed guest program. The bundle lies in dist/, beside guest/. */
function guestProgram(arch: string, name: string): Uint8Array {
  const path = fileURLToPath(new URL(`../guest/bin/${arch}/${name}`, import.meta.url));
  try {
    return readFileSync(path);
  } catch {
    throw new Failure(`${path} is missing; run 'node scripts/build-guests.mjs' to build the guest programs`);
  }
}
