import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostSwap } from '@kml/kernel';

const PAGE = 4096;

/**
 * Swap in a temporary file: made when the first page is written, unlinked at once, so that nothing
 * is left behind however the process ends. `close` gives the space back before that.
 */
export function openSwap(): HostSwap & { close(): void } {
  let fd: number | undefined;
  const open = (): number => {
    const directory = mkdtempSync(join(tmpdir(), 'kml-swap-'));
    const opened = openSync(join(directory, 'swap'), 'wx+', 0o600);
    rmSync(directory, { recursive: true });
    return opened;
  };
  return {
    write(slot, bytes) {
      fd ??= open();
      for (let done = 0; done < bytes.length; )
        done += writeSync(fd, bytes, done, bytes.length - done, slot * PAGE + done);
    },
    read(slot, into) {
      into.fill(0);
      if (fd !== undefined) readSync(fd, into, 0, into.length, slot * PAGE);
    },
    close() {
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
    },
  };
}
