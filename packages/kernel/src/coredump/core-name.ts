import type { Kernel } from '../kernel.ts';
import { RLIMIT_CORE } from '../task/rlimit-numbers.ts';
import { realtimeNs } from '../time/clock.ts';
import type { SigInfo, Task } from '../types.ts';
import { coreSettings } from './state.ts';

/** Longest name with what stands for its letters. Linux: CORENAME_MAX_SIZE */
const MAX_NAME = 128;

/** A name within a name: no directory comes of it. Linux: cn_esc_printf */
function escaped(text: string): string {
  const plain = text.replaceAll('/', '!');
  return plain === '.' || plain === '..' || plain === '' ? plain.replace('.', '!') || '!' : plain;
}

/** What a letter of the pattern stands for. Linux 6.1 fs/coredump.c: format_corename */
function letterValue(kernel: Kernel, task: Task, info: SigInfo, letter: string): string {
  const { group, cred } = task;
  switch (letter) {
    case '%':
      return '%';
    case 'p':
    case 'P':
      return String(group.pid);
    case 'i':
    case 'I':
      return String(task.tid);
    case 'u':
      return String(cred.uid);
    case 'g':
      return String(cred.gid);
    case 'd':
      return String(task.mm?.dumpable ?? 0);
    case 's':
      return String(info.signo);
    case 't':
      return String(realtimeNs(kernel) / 1_000_000_000n);
    case 'h':
      return escaped(kernel.state.hostname);
    case 'e':
      return escaped(task.comm);
    case 'f':
      return escaped(group.exe.slice(group.exe.lastIndexOf('/') + 1));
    case 'E':
      return escaped(group.exe);
    case 'c': {
      const limit = group.rlimits[RLIMIT_CORE]!.current;
      return Number.isFinite(limit) ? String(limit) : '4294967295';
    }
    default:
      return '';
  }
}

/** Name of the core file; undefined where the pattern makes none: an empty one, a program to pipe it to. */
export function coreName(kernel: Kernel, task: Task, info: SigInfo): string | undefined {
  const { pattern, usesPid } = coreSettings(kernel);
  if (pattern.startsWith('|')) return undefined;
  let name = '';
  let namesPid = false;
  for (let at = 0; at < pattern.length; at++) {
    if (pattern[at] !== '%') name += pattern[at];
    else if (at + 1 < pattern.length) {
      const letter = pattern[++at]!;
      namesPid ||= letter === 'p';
      name += letterValue(kernel, task, info, letter);
    }
  }
  if (usesPid && !namesPid) name += `.${task.group.pid}`;
  return name === '' || name.length >= MAX_NAME * 32 ? undefined : name;
}
