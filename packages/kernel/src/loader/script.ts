/** `#!` scripts. Linux 6.1 fs/binfmt_script.c: load_script */
import { ENOEXEC } from '../errno.ts';

/** Bytes of a file that decide its format. Linux: BINPRM_BUF_SIZE */
export const PROBE_BYTES = 256;

export interface ScriptLine {
  readonly interpreter: string;
  /** What follows the interpreter, as one argument. */
  readonly argument: string | undefined;
}

const isBlank = (char: string | undefined): boolean => char === ' ' || char === '\t';

/** Whether a file that begins so is a script. */
export function isScript(head: Uint8Array): boolean {
  return head[0] === 0x23 && head[1] === 0x21;
}

/**
 * Reads the first line of a script from its first PROBE_BYTES bytes (fewer only if the file is
 * shorter): undefined if it is no script, -ENOEXEC if the line names no interpreter or its path
 * was cut off.
 */
export function readScript(head: Uint8Array): ScriptLine | number | undefined {
  if (!isScript(head)) return undefined;
  let text = '';
  for (const byte of head.subarray(2, PROBE_BYTES)) text += String.fromCharCode(byte);
  const newline = text.indexOf('\n');
  const nul = text.indexOf('\0');
  let line = newline >= 0 ? text.slice(0, newline) : nul >= 0 ? text.slice(0, nul) : text;
  const whole = newline >= 0 || nul >= 0 || head.length < PROBE_BYTES;
  let start = 0;
  while (isBlank(line[start])) start++;
  line = line.slice(start);
  let end = 0;
  while (end < line.length && !isBlank(line[end]) && line[end] !== '\0') end++;
  // A path that runs to the end of what was read may be longer.
  if (end === 0 || (!whole && end === line.length)) return -ENOEXEC;
  let from = end;
  while (isBlank(line[from])) from++;
  let to = line.length;
  while (to > from && isBlank(line[to - 1])) to--;
  const cut = line.indexOf('\0', from);
  if (cut >= 0) to = Math.min(to, cut);
  const argument = to > from ? line.slice(from, to) : undefined;
  return { interpreter: line.slice(0, end), argument };
}
