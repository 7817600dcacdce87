import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { isatty } from 'node:tty';
import type { HostConsole } from '@kml/kernel';
import { errnoOf } from './errno.ts';

/** The process's own standard streams as the guest's console. */
export interface NodeConsole extends HostConsole {
  /** Puts the terminal back as it was and stops reading. Safe to call twice. */
  close(): void;
  /** Calls back when input has arrived or ended, to wake a waiting machine. */
  onInput: () => void;
}

export function openConsole(): NodeConsole {
  const arrived: Uint8Array[] = [];
  let ended = false;
  let reading = false;
  let raw = false;

  const begin = (): void => {
    reading = true;
    process.stdin.on('data', (chunk: Buffer) => {
      // A plain array: what the kernel keeps of it is saved with the machine.
      arrived.push(new Uint8Array(chunk));
      result.onInput();
    });
    const end = (): void => {
      ended = true;
      result.onInput();
    };
    process.stdin.on('end', end);
    process.stdin.on('error', end);
  };

  const result: NodeConsole = {
    onInput: () => {},
    isTty: (fd) => isatty(fd),
    size: () => ({ rows: process.stdout.rows ?? 24, columns: process.stdout.columns ?? 80 }),
    write: (fd, bytes) => writeAll(fd, bytes),
    read() {
      if (!reading) begin();
      return arrived.shift() ?? (ended ? null : undefined);
    },
    setRaw(on) {
      if (raw === on || !process.stdin.isTTY) return;
      process.stdin.setRawMode(on);
      // Node's raw mode still makes \r\n of \n; the guest's terminal does that itself, or not. Node puts
      // the flag back with the others. Where there is no stty the screen shows an extra \r at most.
      if (on) spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] });
      raw = on;
    },
    close() {
      this.setRaw(false);
      // Not touched before: Node makes a stream of it at the first look.
      if (!reading) return;
      process.stdin.pause();
      process.stdin.unref?.();
    },
  };
  return result;
}

/** Writes all of it: a full pipe (EAGAIN) is waited for, since the guest's write has no other place to go. */
function writeAll(fd: number, bytes: Uint8Array): number {
  let done = 0;
  while (done < bytes.length) {
    try {
      done += fs.writeSync(fd, bytes, done);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return errnoOf(error);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
  return 0;
}
