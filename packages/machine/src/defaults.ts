import type { HostConsole, HostEntropy, HostLog } from '@kml/kernel';

/** A console that shows nothing and has no input. */
export const silentConsole: HostConsole = {
  isTty: () => false,
  size: () => ({ rows: 24, columns: 80 }),
  write: () => 0,
  read: () => null,
  setRaw() {},
};

export const silentLog: HostLog = { debug() {}, info() {}, warn() {}, error() {} };

/** No randomness at all: the same run every time. */
export const zeroEntropy: HostEntropy = { fill: (into) => void into.fill(0) };
