import type { Kernel } from '../../kernel.ts';
import { notify, POLL_PRI } from '../notify.ts';
import { IXON, type Termios, VSTART, VSTOP } from './termios.ts';
import type { Tty } from './tty-state.ts';

/** What a master in packet mode is told. Linux 6.1 include/uapi/asm-generic/ioctls.h */
export const TIOCPKT_FLUSHREAD = 1;
export const TIOCPKT_FLUSHWRITE = 2;
const TIOCPKT_STOP = 4;
const TIOCPKT_START = 8;
const TIOCPKT_NOSTOP = 16;
const TIOCPKT_DOSTOP = 32;

/** Something for the master to know; `without`: what it need not know any more. Linux 6.1 drivers/tty/pty.c */
export function tellMaster(kernel: Kernel, tty: Tty, status: number, without = 0): void {
  if (!tty.packets) return;
  tty.packetStatus = (tty.packetStatus & ~without) | status;
  notify(kernel, tty.queue, POLL_PRI);
}

/** Output is held, or goes on. Linux 6.1 drivers/tty/tty_io.c: stop_tty, start_tty */
export function holdOutput(kernel: Kernel, tty: Tty, held: boolean): void {
  if (tty.held === held) return;
  tty.held = held;
  tellMaster(kernel, tty, held ? TIOCPKT_STOP : TIOCPKT_START, held ? TIOCPKT_START : TIOCPKT_STOP);
  notify(kernel, tty.queue);
}

/** Whether Ctrl-S and Ctrl-Q are what stops and starts. */
function usualFlow({ iflag, cc }: Termios): boolean {
  return (iflag & IXON) !== 0 && cc[VSTOP] === 0x13 && cc[VSTART] === 0x11;
}

/** Linux 6.1 drivers/tty/pty.c: pty_set_termios */
export function flowChanged(kernel: Kernel, tty: Tty, before: Termios): void {
  const now = usualFlow(tty.termios);
  if (usualFlow(before) === now) return;
  tellMaster(kernel, tty, now ? TIOCPKT_DOSTOP : TIOCPKT_NOSTOP, TIOCPKT_DOSTOP | TIOCPKT_NOSTOP);
}

/** Output that the master has not read is gone. Linux 6.1 drivers/tty/pty.c: pty_flush_buffer */
export function dropOutput(kernel: Kernel, tty: Tty): void {
  if (tty.kind !== 'pty') return;
  tty.output.head = tty.output.length = 0;
  tellMaster(kernel, tty, TIOCPKT_FLUSHWRITE);
  notify(kernel, tty.queue);
}
