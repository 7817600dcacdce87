import type { Kernel } from '../../kernel.ts';
import { pushIntoRing } from '../byte-ring.ts';
import { notify } from '../notify.ts';
import { OCRNL, OLCUC, ONLCR, ONLRET, ONOCR, OPOST, XTABS } from './termios.ts';
import type { Tty } from './tty-state.ts';

/** Bytes a master may leave unread before writers wait. */
const OUTPUT_LIMIT = 65536;

/** Whether the terminal takes output now. */
export function hasOutputRoom(tty: Tty): boolean {
  if (tty.held) return false;
  return tty.kind === 'console' || tty.output.length < OUTPUT_LIMIT;
}

/** Output of a program, through output processing. 0 or what the console answers. Linux 6.1 drivers/tty/n_tty.c: process_output_block */
export function ttyOutput(kernel: Kernel, tty: Tty, bytes: Uint8Array): number {
  return emit(kernel, tty, tty.termios.oflag & OPOST ? process(tty, bytes) : bytes);
}

/** Bytes to whatever shows them, unprocessed. */
export function emit(kernel: Kernel, tty: Tty, bytes: Uint8Array): number {
  if (bytes.length === 0) return 0;
  if (tty.kind === 'console') return kernel.host.console.write(1, bytes);
  if (!tty.masterOpen) return 0;
  pushIntoRing(tty.output, bytes);
  notify(kernel, tty.queue);
  return 0;
}

function process(tty: Tty, bytes: Uint8Array): Uint8Array {
  const { oflag } = tty.termios;
  const out: number[] = [];
  for (const byte of bytes) {
    if (byte === 10) {
      if (oflag & ONLCR) {
        out.push(13);
        tty.column = 0;
      }
      if (oflag & ONLRET) tty.column = 0;
      out.push(10);
    } else if (byte === 13) {
      if (oflag & ONOCR && tty.column === 0) continue;
      out.push(oflag & OCRNL ? 10 : 13);
      if (!(oflag & OCRNL) || oflag & ONLRET) tty.column = 0;
    } else if (byte === 9) {
      const spaces = 8 - (tty.column & 7);
      tty.column += spaces;
      if ((oflag & XTABS) === XTABS) for (let i = 0; i < spaces; i++) out.push(32);
      else out.push(9);
    } else if (byte === 8) {
      if (tty.column > 0) tty.column--;
      out.push(8);
    } else {
      // Control characters and UTF-8 continuation bytes take no column.
      if (byte >= 32 && (byte & 0xc0) !== 0x80) tty.column++;
      out.push(oflag & OLCUC && byte >= 97 && byte <= 122 ? byte - 32 : byte);
    }
  }
  return Uint8Array.from(out);
}
