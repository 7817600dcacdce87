import type { HostEntropy } from '@kml/machine';
import type { ComparisonHost } from './comparison.ts';

/** What a comparison needs of the host. */
export interface ComparisonPorts {
  /** KML's version, for the comparison's generator. */
  readonly version: string;
  /** A committed guest program of an architecture. Throws where there is none. */
  guestProgram(arch: string, name: string): Uint8Array;
  /** A SHA-256 sum under way. */
  sha256(): OutputHash;
  /** Random bytes for one run, the same for each. */
  entropy(): HostEntropy;
  /** Milliseconds by the host's clock. */
  now(): number;
  /** Where this is, for host seconds. */
  host(): ComparisonHost;
}

export interface OutputHash {
  update(bytes: Uint8Array): void;
  /** In hexadecimal. */
  digest(): string;
}
