import { type ByteRing, newByteRing } from '../byte-ring.ts';
import { type FileQueue, newQueue } from '../notify.ts';
import { noTermios, standardTermios, type Termios } from './termios.ts';

export interface WindowSize {
  rows: number;
  columns: number;
  xpixel: number;
  ypixel: number;
}

/** A terminal: settings, line discipline, and what is behind it. */
export interface Tty {
  device: number;
  /** What output goes to: the host's console, or a pseudo-terminal's master. */
  kind: 'console' | 'pty';
  /** Number of a pseudo-terminal (/dev/pts/N). */
  index: number;
  termios: Termios;
  /** Settings that stay as they are: set bits, and characters that are not 0 (TIOCSLCKTRMIOS). */
  lockedTermios: Termios;
  size: WindowSize;
  /** Session it controls, and that session's foreground process group; 0 for none. */
  session: number;
  foreground: number;
  /** Canonical mode: complete lines waiting to be read. One that ends without a newline ended at end-of-file. */
  lines: number[][];
  /** The line being typed; in raw mode, the bytes that wait to be read. */
  edit: number[];
  /** The next byte is taken literally. */
  literal: boolean;
  /** Output column, for tabs and erasing. */
  column: number;
  /** Column at which the line being typed begins. */
  lineColumn: number;
  /** TIOCEXCL: nobody else may open it but the privileged. */
  exclusive: boolean;
  /** Packet mode of the master (TIOCPKT), and what it is to be told (TIOCPKT_*). */
  packets: boolean;
  packetStatus: number;
  /** Output is held (Ctrl-S). */
  held: boolean;
  hungUp: boolean;
  /** Pseudo-terminal: what the slave wrote and the master has not read. */
  output: ByteRing;
  masterOpen: boolean;
  locked: boolean;
  /** Open descriptions of the terminal itself (the slave). */
  opens: number;
  wasOpened: boolean;
  /** Monotonic time of the last input, for VTIME between bytes. */
  lastInput: bigint;
  queue: FileQueue;
}

export function newTty(device: number, kind: Tty['kind'], index: number): Tty {
  return {
    device,
    kind,
    index,
    termios: standardTermios(),
    lockedTermios: noTermios(),
    size: { rows: 0, columns: 0, xpixel: 0, ypixel: 0 },
    session: 0,
    foreground: 0,
    lines: [],
    edit: [],
    literal: false,
    column: 0,
    lineColumn: 0,
    exclusive: false,
    packets: false,
    packetStatus: 0,
    held: false,
    hungUp: false,
    output: newByteRing(),
    masterOpen: false,
    locked: false,
    opens: 0,
    wasOpened: false,
    lastInput: 0n,
    queue: newQueue(),
  };
}
