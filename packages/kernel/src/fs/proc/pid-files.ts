import { PAGE_SIZE } from '@kml/core';
import { latin1String, StructWriter } from '../../abi/struct.ts';
import { EINVAL, ESRCH } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { mapsText } from '../../mm/maps-text.ts';
import { oomScore } from '../../mm/oom.ts';
import { copyIn } from '../../mm/user-access.ts';
import { frameAddress } from '../../task/thread-info.ts';
import type { Task } from '../../types.ts';
import { mountInfoText, mountsText } from './mount-text.ts';
import { limitsText, statmText, statText, statusText } from './pid-texts.ts';

/** A file in a task's directory. */
export interface PidFile {
  readonly mode: number;
  /** `thread`: below task/. `reader` is the task that reads. */
  readonly read: (kernel: Kernel, task: Task, thread: boolean, reader: Task) => string;
  /** Only for those who may trace the task. */
  readonly guarded?: true;
  /** 0 or -errno. */
  readonly write?: (kernel: Kernel, task: Task, text: string) => number;
}

/** Strings of a program's start area, NUL-terminated each. Programs change them (setproctitle), so memory is asked first. */
function startArea(kernel: Kernel, task: Task, start: number, end: number, kept: readonly string[]): string {
  if (task.mm === undefined || task.state === 'zombie' || end <= start) return '';
  const bytes = copyIn(kernel, task, start, Math.min(end - start, 1 << 17));
  if (bytes !== undefined) return latin1String(bytes);
  return kept.map((text) => `${text}\0`).join('');
}

/**
 * The command line. A program that has written a title over it (setproctitle) leaves no NUL at its end: then it is
 * the text up to the first NUL, which may lie in the environment. Linux 6.1 fs/proc/base.c: get_mm_cmdline
 */
function commandLine(kernel: Kernel, task: Task): string {
  const { argStart = 0, argEnd = 0, envStart = 0, envEnd = 0 } = task.mm ?? {};
  const text = startArea(kernel, task, argStart, argEnd, task.group.argv);
  if (text === '' || text.endsWith('\0')) return text;
  const most = (envStart === argEnd ? Math.max(envEnd, argEnd) : argEnd) - argStart;
  const bytes = copyIn(kernel, task, argStart, Math.min(most, PAGE_SIZE));
  if (bytes === undefined) return text;
  const end = bytes.indexOf(0);
  return latin1String(end < 0 ? bytes : bytes.subarray(0, end + 1));
}

/** The auxiliary vector as the program got it. */
function auxv(kernel: Kernel, task: Task): string {
  const words = task.mm?.auxv ?? [];
  const out = new StructWriter(kernel, words.length * 4);
  for (const word of words) out.u32(word);
  return latin1String(out.bytes);
}

/** The system call that the task waits in, with its arguments, stack pointer and pc. Linux 6.1 fs/proc/base.c: proc_pid_syscall */
function syscallText(kernel: Kernel, task: Task): string {
  if (task.state === 'runnable' || task.stackSlot < 0) return 'running\n';
  const frame = frameAddress(kernel, task);
  const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;
  const place = `${hex(kernel.abi.frame.sp(kernel, frame))} ${hex(kernel.abi.frame.pc(kernel, frame) & -kernel.abi.isa.instructionAlign)}`;
  if (!task.inCall && task.tracedStop?.at !== 'entry') return `-1 ${place}\n`;
  const { number, args } = kernel.abi.debug.callAtEntry(kernel, task);
  return `${number} ${args.map(hex).join(' ')} ${place}\n`;
}

/** What goes into a core file. Linux 6.1 fs/proc/base.c: proc_coredump_filter_write */
function coreFilter(_kernel: Kernel, task: Task): string {
  return task.mm === undefined ? '' : `${task.mm.coreFilter.toString(16).padStart(8, '0')}\n`;
}

function setCoreFilter(_kernel: Kernel, task: Task, text: string): number {
  const given = text.trim();
  const value = /^0[0-7]*$/.test(given) ? Number.parseInt(given, 8) : Number(given);
  if (given === '' || !Number.isInteger(value) || value < 0) return -EINVAL;
  if (task.mm === undefined) return -ESRCH;
  task.mm.coreFilter = value & 0x1ff;
  return 0;
}

function comm(_kernel: Kernel, task: Task): string {
  return `${task.comm}\n`;
}

function setComm(_kernel: Kernel, task: Task, text: string): number {
  task.comm = text.replace(/\n$/, '').slice(0, 15);
  return 0;
}

function setScore(_kernel: Kernel, task: Task, text: string): number {
  const score = Number(text.trim());
  if (!Number.isInteger(score) || score < -1000 || score > 1000) return -EINVAL;
  task.group.oomScoreAdj = score;
  return 0;
}

function file(read: PidFile['read'], mode = 0o444): PidFile {
  return { mode, read };
}

/** A file for those who may trace the task. Linux 6.1 fs/proc: PTRACE_MODE_READ_FSCREDS */
function guarded(read: PidFile['read'], mode = 0o444): PidFile {
  return { mode, read, guarded: true };
}

/** Linux 6.1 fs/proc/base.c: tgid_base_stuff */
export const PID_FILES: ReadonlyMap<string, PidFile> = new Map<string, PidFile>([
  ['stat', file(statText)],
  ['statm', file(statmText)],
  ['status', file(statusText)],
  ['maps', guarded((kernel, task) => (task.mm === undefined ? '' : mapsText(kernel, task.mm)))],
  ['cmdline', file(commandLine)],
  [
    'environ',
    guarded(
      (kernel, task) => startArea(kernel, task, task.mm?.envStart ?? 0, task.mm?.envEnd ?? 0, task.group.environ),
      0o400,
    ),
  ],
  // Opened as a file of its own kind (mem-file.ts).
  ['mem', { mode: 0o600, read: () => '' }],
  ['syscall', guarded(syscallText, 0o400)],
  ['coredump_filter', { mode: 0o644, read: coreFilter, write: setCoreFilter }],
  ['auxv', guarded(auxv, 0o400)],
  ['comm', { mode: 0o644, read: comm, write: setComm }],
  ['limits', file((_kernel, task) => limitsText(task))],
  ['mounts', file((kernel, _task, _thread, reader) => mountsText(kernel, reader))],
  ['mountinfo', file((kernel, _task, _thread, reader) => mountInfoText(kernel, reader))],
  ['wchan', file(() => '0')],
  ['oom_score', file((kernel, task) => `${oomScore(kernel, task.group)}\n`)],
  ['oom_score_adj', { mode: 0o644, read: (_kernel, task) => `${task.group.oomScoreAdj}\n`, write: setScore }],
  ['loginuid', file(() => '4294967295')],
  ['sessionid', file(() => '4294967295')],
  ['cgroup', file(() => '0::/\n')],
]);
