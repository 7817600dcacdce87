import type { Kernel } from '../../kernel.ts';
import { SIGINT, SIGQUIT, SIGTSTP } from '../../signal/numbers.ts';
import { sendPgrpSignal, sigInfo } from '../../signal/send.ts';
import { monotonicNs } from '../../time/clock.ts';
import { notify, POLL_IN } from '../notify.ts';
import { dropOutput, holdOutput, TIOCPKT_FLUSHREAD, tellMaster } from './packet-mode.ts';
import {
  ECHO,
  ECHOCTL,
  ECHOE,
  ECHOK,
  ECHOKE,
  ECHONL,
  ICANON,
  ICRNL,
  IEXTEN,
  IGNCR,
  INLCR,
  ISIG,
  ISTRIP,
  IUCLC,
  IUTF8,
  IXANY,
  IXON,
  NOFLSH,
  VEOF,
  VEOL,
  VEOL2,
  VERASE,
  VINTR,
  VKILL,
  VLNEXT,
  VQUIT,
  VREPRINT,
  VSTART,
  VSTOP,
  VSUSP,
  VWERASE,
} from './termios.ts';
import { ttyOutput } from './tty-output.ts';
import type { Tty } from './tty-state.ts';

/** The longest line (and the most raw input) that is kept. Linux 6.1 drivers/tty/n_tty.c: N_TTY_BUF_SIZE */
export const INPUT_LIMIT = 4095;

/**
 * Input arrives at the terminal: signals, line editing, echo; what is complete can then be read.
 * Linux 6.1 drivers/tty/n_tty.c: n_tty_receive_buf_common
 */
export function receiveInput(kernel: Kernel, tty: Tty, bytes: Uint8Array): void {
  for (const byte of bytes) receiveByte(kernel, tty, byte);
  tty.lastInput = monotonicNs(kernel);
  notify(kernel, tty.queue, POLL_IN);
}

function receiveByte(kernel: Kernel, tty: Tty, raw: number): void {
  const { iflag, lflag, cc } = tty.termios;
  let byte = iflag & ISTRIP ? raw & 0x7f : raw;
  if (iflag & IUCLC && lflag & IEXTEN && byte >= 65 && byte <= 90) byte += 32;
  if (tty.literal) {
    tty.literal = false;
    append(kernel, tty, byte);
    return;
  }
  if (iflag & IXON && flowControl(kernel, tty, byte)) return;
  if (lflag & ISIG && signalCharacter(kernel, tty, byte)) return;
  if (byte === 13) {
    if (iflag & IGNCR) return;
    if (iflag & ICRNL) byte = 10;
  } else if (byte === 10 && iflag & INLCR) byte = 13;
  if (!(lflag & ICANON)) {
    append(kernel, tty, byte);
    return;
  }
  if (lflag & IEXTEN && cc[VLNEXT] !== 0 && byte === cc[VLNEXT]) {
    tty.literal = true;
    if (lflag & ECHO && lflag & ECHOCTL) echo(kernel, tty, [0x5e, 8]);
    return;
  }
  canonicalByte(kernel, tty, byte);
}

/** Ctrl-S and Ctrl-Q. */
function flowControl(kernel: Kernel, tty: Tty, byte: number): boolean {
  const { cc, iflag } = tty.termios;
  if (byte === cc[VSTOP] && byte !== 0) {
    holdOutput(kernel, tty, true);
    return true;
  }
  if (byte === cc[VSTART] && byte !== 0) {
    holdOutput(kernel, tty, false);
    return true;
  }
  if (tty.held && iflag & IXANY) holdOutput(kernel, tty, false);
  return false;
}

/** Ctrl-C, Ctrl-\ and Ctrl-Z: a signal to the foreground process group. */
function signalCharacter(kernel: Kernel, tty: Tty, byte: number): boolean {
  const { cc, lflag } = tty.termios;
  if (byte === 0) return false;
  const signo = byte === cc[VINTR] ? SIGINT : byte === cc[VQUIT] ? SIGQUIT : byte === cc[VSUSP] ? SIGTSTP : 0;
  if (signo === 0) return false;
  if (!(lflag & NOFLSH)) {
    tty.edit.length = 0;
    tty.lines.length = 0;
    dropOutput(kernel, tty);
    tellMaster(kernel, tty, TIOCPKT_FLUSHREAD);
  }
  holdOutput(kernel, tty, false);
  if (lflag & ECHO) echo(kernel, tty, visible(tty, byte));
  if (tty.foreground > 0) sendPgrpSignal(kernel, tty.foreground, sigInfo(signo));
  return true;
}

/** Line editing. Linux 6.1 drivers/tty/n_tty.c: n_tty_receive_char_canon */
function canonicalByte(kernel: Kernel, tty: Tty, byte: number): void {
  const { cc, lflag } = tty.termios;
  const is = (index: number): boolean => byte === cc[index] && byte !== 0;
  if (is(VERASE)) eraseCharacter(kernel, tty);
  else if (is(VKILL)) killLine(kernel, tty);
  else if (lflag & IEXTEN && is(VWERASE)) eraseWord(kernel, tty);
  else if (lflag & IEXTEN && lflag & ECHO && is(VREPRINT)) reprint(kernel, tty);
  else if (is(VEOF)) completeLine(tty);
  else if (byte === 10 || is(VEOL) || (lflag & IEXTEN && is(VEOL2))) {
    if (lflag & ECHO || (byte === 10 && lflag & ECHONL)) echo(kernel, tty, byte === 10 ? [10] : visible(tty, byte));
    tty.edit.push(byte);
    completeLine(tty);
  } else append(kernel, tty, byte);
}

function completeLine(tty: Tty): void {
  tty.lines.push(tty.edit);
  tty.edit = [];
}

/** Adds a byte to the line, or in raw mode to what can be read; when full it is dropped with a bell. */
function append(kernel: Kernel, tty: Tty, byte: number): void {
  if (tty.edit.length >= INPUT_LIMIT) {
    echo(kernel, tty, [7]);
    return;
  }
  if (tty.edit.length === 0) tty.lineColumn = tty.column;
  tty.edit.push(byte);
  if (tty.termios.lflag & ECHO) echo(kernel, tty, visible(tty, byte));
}

/** How a byte is shown: control characters as ^X. */
function visible(tty: Tty, byte: number): number[] {
  const control = (byte < 32 && byte !== 9 && byte !== 10) || byte === 127;
  return control && tty.termios.lflag & ECHOCTL ? [0x5e, byte ^ 0x40] : [byte];
}

function echo(kernel: Kernel, tty: Tty, bytes: readonly number[]): void {
  ttyOutput(kernel, tty, Uint8Array.from(bytes));
}

/** Takes the last character off the line; its bytes. */
function popCharacter(tty: Tty): number[] {
  const taken: number[] = [];
  let byte = tty.edit.pop();
  if (byte === undefined) return taken;
  taken.unshift(byte);
  // A UTF-8 character goes as a whole.
  while (tty.termios.iflag & IUTF8 && (byte & 0xc0) === 0x80 && tty.edit.length > 0) {
    byte = tty.edit.pop()!;
    taken.unshift(byte);
  }
  return taken;
}

/** Shows that a character is gone. */
function echoErased(kernel: Kernel, tty: Tty, character: readonly number[]): void {
  if (!(tty.termios.lflag & ECHO)) return;
  if (!(tty.termios.lflag & ECHOE)) {
    echo(kernel, tty, visible(tty, tty.termios.cc[VERASE]!));
    return;
  }
  if (character[0] === 9) {
    echoTabErased(kernel, tty);
    return;
  }
  const width = character.length > 1 ? 1 : visible(tty, character[0]!).length;
  for (let i = 0; i < width; i++) echo(kernel, tty, [8, 32, 8]);
}

/** A tab is as wide as what stands before it on the line leaves to the next tab stop. */
function echoTabErased(kernel: Kernel, tty: Tty): void {
  let width = tty.lineColumn;
  for (const byte of tty.edit) {
    if (byte === 9) width = (width + 8) & ~7;
    else if ((byte & 0xc0) !== 0x80) width += visible(tty, byte).length;
  }
  for (let i = 8 - (width & 7); i > 0; i--) echo(kernel, tty, [8]);
}

function eraseCharacter(kernel: Kernel, tty: Tty): void {
  const character = popCharacter(tty);
  if (character.length > 0) echoErased(kernel, tty, character);
}

function eraseWord(kernel: Kernel, tty: Tty): void {
  const isWord = (byte: number): boolean =>
    byte === 0x5f || byte >= 128 || /[0-9A-Za-z]/.test(String.fromCharCode(byte));
  let seen = false;
  while (tty.edit.length > 0) {
    const word = isWord(tty.edit.at(-1)!);
    if (seen && !word) break;
    if (word) seen = true;
    eraseCharacter(kernel, tty);
  }
}

function killLine(kernel: Kernel, tty: Tty): void {
  const { lflag, cc } = tty.termios;
  if (lflag & ECHO && lflag & ECHOKE && lflag & ECHOE) {
    while (tty.edit.length > 0) eraseCharacter(kernel, tty);
    return;
  }
  tty.edit.length = 0;
  if (!(lflag & ECHO)) return;
  echo(kernel, tty, visible(tty, cc[VKILL]!));
  if (lflag & ECHOK) echo(kernel, tty, [10]);
}

function reprint(kernel: Kernel, tty: Tty): void {
  echo(kernel, tty, [...visible(tty, tty.termios.cc[VREPRINT]!), 10]);
  for (const byte of tty.edit) echo(kernel, tty, visible(tty, byte));
}

/** Bytes that a read would get now; -1 if a canonical read would wait. */
export function inputReady(tty: Tty): number {
  if (tty.termios.lflag & ICANON) return tty.lines.length > 0 ? tty.lines[0]!.length : -1;
  return tty.edit.length;
}

/** Takes input: of a line at most, or raw. */
export function takeInput(tty: Tty, into: Uint8Array): number {
  const canonical = (tty.termios.lflag & ICANON) !== 0;
  const source = canonical ? tty.lines[0]! : tty.edit;
  const count = Math.min(into.length, source.length);
  for (let i = 0; i < count; i++) into[i] = source[i]!;
  source.splice(0, count);
  if (canonical && source.length === 0) tty.lines.shift();
  return count;
}

/** Settings changed: what was typed so far is kept, as lines or as raw input. */
export function settingsChanged(tty: Tty, wasCanonical: boolean): void {
  const canonical = (tty.termios.lflag & ICANON) !== 0;
  if (wasCanonical && !canonical) {
    tty.edit = [...tty.lines.flat(), ...tty.edit];
    tty.lines = [];
  } else if (!wasCanonical && canonical && tty.edit.length > 0) {
    tty.lines = [tty.edit];
    tty.edit = [];
  }
  tty.literal = false;
}
