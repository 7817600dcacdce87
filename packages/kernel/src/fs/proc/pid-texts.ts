import { PAGE_SIZE } from '@kml/core';
import { nativeSet, sigSetBytes } from '../../abi/signals.ts';
import type { Kernel } from '../../kernel.ts';
import { type MmUsage, mmUsage } from '../../mm/maps-text.ts';
import { SIG_DFL, SIG_IGN } from '../../signal/numbers.ts';
import { NO_SIGNALS, sigBit, sigSetNumber, union } from '../../signal/sig-set.ts';
import type { Capabilities, CapSet } from '../../task/capabilities.ts';
import { cyclesToTicks, groupTimes, USER_HZ } from '../../task/times.ts';
import type { SigSet, Task } from '../../types.ts';
import { fsState } from '../fs-state.ts';

const NO_MEMORY: MmUsage = {
  size: 0,
  peakRss: 0,
  rss: 0,
  rssAnonymous: 0,
  rssFile: 0,
  rssShared: 0,
  swap: 0,
  locked: 0,
  data: 0,
  stack: 0,
  text: 0,
};

function usageOf(kernel: Kernel, task: Task): MmUsage {
  return task.mm === undefined ? NO_MEMORY : mmUsage(kernel, task.mm);
}

/** State letter, and what /proc/PID/status calls it. */
function stateOf(task: Task): [letter: string, name: string] {
  switch (task.state) {
    case 'sleeping':
      return task.wait?.interruptible === false ? ['D', 'disk sleep'] : ['S', 'sleeping'];
    case 'stopped':
      return ['T', 'stopped'];
    case 'traced':
      return ['t', 'tracing stop'];
    case 'zombie':
      return ['Z', 'zombie'];
    case 'dead':
      return ['X', 'dead'];
    default:
      return ['R', 'running'];
  }
}

/** Signals that a process ignores and that it catches. */
function actionSets(task: Task): { ignored: SigSet; caught: SigSet } {
  let ignored = NO_SIGNALS;
  let caught = NO_SIGNALS;
  for (let signo = 1; signo < task.group.actions.length; signo++) {
    const handler = task.group.actions[signo]?.handler ?? SIG_DFL;
    if (handler === SIG_IGN) ignored = union(ignored, sigBit(signo));
    else if (handler !== SIG_DFL) caught = union(caught, sigBit(signo));
  }
  return { ignored, caught };
}

function hexSet(kernel: Kernel, set: SigSet): string {
  return sigSetNumber(nativeSet(kernel, set))
    .toString(16)
    .padStart(sigSetBytes(kernel) * 2, '0');
}

/** /proc/PID/stat. Linux 6.1 fs/proc/array.c: do_task_stat */
export function statText(kernel: Kernel, task: Task, thread: boolean): string {
  const { group, mm } = task;
  const times = groupTimes(kernel, group);
  const usage = usageOf(kernel, task);
  const { ignored, caught } = actionSets(task);
  const tty = fsState(kernel).ttys.get(group.tty);
  const low = (set: SigSet): number => nativeSet(kernel, set).w0 & 0x7fff_ffff;
  const fields = [
    task.tid,
    `(${task.comm})`,
    stateOf(task)[0],
    group.parent?.pid ?? 0,
    group.pgid,
    group.sid,
    group.tty,
    tty?.foreground || -1,
    task.kernelMode ? 0x0020_0000 : 0x0040_0000,
    task.minorFaults,
    0,
    task.majorFaults,
    0,
    thread ? cyclesToTicks(kernel, task.userCycles) : times.userTicks,
    thread ? cyclesToTicks(kernel, task.systemCycles) : times.systemTicks,
    cyclesToTicks(kernel, group.childUserCycles),
    cyclesToTicks(kernel, group.childSystemCycles),
    task.rtPriority > 0 ? -1 - task.rtPriority : 20 + task.nice,
    task.nice,
    group.tasks.length,
    0,
    task.startTime / BigInt(1e9 / USER_HZ),
    usage.size,
    Math.floor(usage.rss / PAGE_SIZE),
    4294967295,
    0,
    0,
    mm?.stackStart ?? 0,
    0,
    0,
    low(task.pending.set),
    low(task.sigMask),
    low(ignored),
    low(caught),
    0,
    0,
    0,
    task.exitSignal,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    mm?.brkStart ?? 0,
    mm?.argStart ?? 0,
    mm?.argEnd ?? 0,
    mm?.envStart ?? 0,
    mm?.envEnd ?? 0,
    task.exitCode,
  ];
  return `${fields.join(' ')}\n`;
}

/** /proc/PID/statm: sizes in pages. */
export function statmText(kernel: Kernel, task: Task): string {
  const usage = usageOf(kernel, task);
  const pages = (bytes: number): number => Math.floor(bytes / PAGE_SIZE);
  const shared = usage.rssFile + usage.rssShared;
  return `${pages(usage.size)} ${pages(usage.rss)} ${pages(shared)} ${pages(usage.text)} 0 ${pages(usage.data + usage.stack)} 0\n`;
}

/** /proc/PID/status. Linux 6.1 fs/proc/array.c: proc_pid_status */
export function statusText(kernel: Kernel, task: Task): string {
  const { group, cred } = task;
  const [letter, name] = stateOf(task);
  const { ignored, caught } = actionSets(task);
  const rows: [string, string | number][] = [
    ['Name', task.comm],
    ['Umask', task.fs.umask.toString(8).padStart(4, '0')],
    ['State', `${letter} (${name})`],
    ['Tgid', group.pid],
    ['Ngid', 0],
    ['Pid', task.tid],
    ['PPid', group.parent?.pid ?? 0],
    ['TracerPid', task.tracing?.tracer.tid ?? 0],
    ['Uid', `${cred.uid}\t${cred.euid}\t${cred.suid}\t${cred.fsuid}`],
    ['Gid', `${cred.gid}\t${cred.egid}\t${cred.sgid}\t${cred.fsgid}`],
    ['FDSize', Math.max(64, task.files.fds.length)],
    ['Groups', `${cred.groups.join(' ')} `],
    ['NStgid', group.pid],
    ['NSpid', task.tid],
    ['NSpgid', group.pgid],
    ['NSsid', group.sid],
    ...(task.mm === undefined ? [] : memoryRows(usageOf(kernel, task))),
    ['Threads', group.tasks.length],
    ['SigQ', `${task.pending.queue.length}/${group.rlimits[11]?.current ?? 0}`],
    ['SigPnd', hexSet(kernel, task.pending.set)],
    ['ShdPnd', hexSet(kernel, group.pending.set)],
    ['SigBlk', hexSet(kernel, task.sigMask)],
    ['SigIgn', hexSet(kernel, ignored)],
    ['SigCgt', hexSet(kernel, caught)],
    ...capabilityRows(cred.caps),
    ['NoNewPrivs', task.noNewPrivs ? 1 : 0],
    ['Seccomp', 0],
    ['Cpus_allowed', 1],
    ['Cpus_allowed_list', 0],
    ['voluntary_ctxt_switches', 0],
    ['nonvoluntary_ctxt_switches', 0],
  ];
  return rows.map(([key, value]) => `${key}:\t${value}\n`).join('');
}

function memoryRows(usage: MmUsage): [string, string][] {
  const kb = (bytes: number): string => `${String(Math.floor(bytes / 1024)).padStart(8)} kB`;
  return [
    ['VmPeak', kb(usage.size)],
    ['VmSize', kb(usage.size)],
    ['VmLck', kb(usage.locked)],
    ['VmPin', kb(0)],
    ['VmHWM', kb(usage.peakRss)],
    ['VmRSS', kb(usage.rss)],
    ['RssAnon', kb(usage.rssAnonymous)],
    ['RssFile', kb(usage.rssFile)],
    ['RssShmem', kb(usage.rssShared)],
    ['VmData', kb(usage.data)],
    ['VmStk', kb(usage.stack)],
    ['VmExe', kb(usage.text)],
    ['VmLib', kb(0)],
    ['VmPTE', kb(0)],
    ['VmSwap', kb(usage.swap)],
  ];
}

function capabilityRows(caps: Capabilities): [string, string][] {
  const word = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');
  const show = ({ low, high }: CapSet): string => word(high) + word(low);
  return [
    ['CapInh', show(caps.inheritable)],
    ['CapPrm', show(caps.permitted)],
    ['CapEff', show(caps.effective)],
    ['CapBnd', show(caps.bounding)],
    ['CapAmb', show(caps.ambient)],
  ];
}

/** Name and unit of each limit, in the order of their numbers. Linux 6.1 fs/proc/base.c: lnames */
const LIMITS: readonly [name: string, unit: string][] = [
  ['Max cpu time', 'seconds'],
  ['Max file size', 'bytes'],
  ['Max data size', 'bytes'],
  ['Max stack size', 'bytes'],
  ['Max core file size', 'bytes'],
  ['Max resident set', 'bytes'],
  ['Max processes', 'processes'],
  ['Max open files', 'files'],
  ['Max locked memory', 'bytes'],
  ['Max address space', 'bytes'],
  ['Max file locks', 'locks'],
  ['Max pending signals', 'signals'],
  ['Max msgqueue size', 'bytes'],
  ['Max nice priority', ''],
  ['Max realtime priority', ''],
  ['Max realtime timeout', 'us'],
];

/** /proc/PID/limits. */
export function limitsText(task: Task): string {
  const show = (value: number): string => (value >= 0xffff_ffff || value < 0 ? 'unlimited' : String(value)).padEnd(20);
  const rows = LIMITS.map(([name, unit], index) => {
    const limit = task.group.rlimits[index] ?? { current: 0, max: 0 };
    return `${name.padEnd(25)} ${show(limit.current)} ${show(limit.max)} ${unit.padEnd(10)}\n`;
  });
  return `${'Limit'.padEnd(25)} ${'Soft Limit'.padEnd(20)} ${'Hard Limit'.padEnd(20)} ${'Units'.padEnd(10)}\n${rows.join('')}`;
}
