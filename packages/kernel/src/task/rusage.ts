import { StructWriter } from '../abi/struct.ts';
import type { Kernel } from '../kernel.ts';
import { cyclesToNs } from '../time/clock.ts';
import type { Task, ThreadGroup } from '../types.ts';
import { groupTimes } from './times.ts';

/** What getrusage and wait4 report. */
export interface Rusage {
  userCycles: number;
  systemCycles: number;
  /** KiB. */
  maxRss: number;
  minorFaults: number;
  majorFaults: number;
  voluntary: number;
  forced: number;
}

function empty(): Rusage {
  return { userCycles: 0, systemCycles: 0, maxRss: 0, minorFaults: 0, majorFaults: 0, voluntary: 0, forced: 0 };
}

export function threadRusage(task: Task): Rusage {
  return {
    userCycles: task.userCycles,
    systemCycles: task.systemCycles,
    maxRss: (task.mm?.peakRss ?? 0) * 4,
    minorFaults: task.minorFaults,
    majorFaults: task.majorFaults,
    voluntary: task.switchesVoluntary,
    forced: task.switchesForced,
  };
}

/** A process: its threads, and those that have ended. */
export function ownRusage(kernel: Kernel, group: ThreadGroup): Rusage {
  const total = empty();
  const times = groupTimes(kernel, group);
  for (const task of group.tasks) {
    const one = threadRusage(task);
    total.maxRss = Math.max(total.maxRss, one.maxRss);
    total.minorFaults += one.minorFaults;
    total.majorFaults += one.majorFaults;
    total.voluntary += one.voluntary;
    total.forced += one.forced;
  }
  return { ...total, userCycles: times.userCycles, systemCycles: times.systemCycles };
}

/** Children waited for, and theirs. */
export function childrenRusage(group: ThreadGroup): Rusage {
  return {
    ...empty(),
    userCycles: group.childUserCycles,
    systemCycles: group.childSystemCycles,
    minorFaults: group.childMinorFaults,
    majorFaults: group.childMajorFaults,
  };
}

/** A child that has ended, with what it had waited for itself: wait4's rusage. */
export function groupRusage(kernel: Kernel, group: ThreadGroup): Rusage {
  const own = ownRusage(kernel, group);
  const children = childrenRusage(group);
  own.userCycles += children.userCycles;
  own.systemCycles += children.systemCycles;
  own.minorFaults += children.minorFaults;
  own.majorFaults += children.majorFaults;
  return own;
}

/** struct rusage of a 32-bit machine: 18 words. */
export function encodeRusage(kernel: Kernel, usage: Rusage): Uint8Array {
  const writer = new StructWriter(kernel, 72);
  for (const cycles of [usage.userCycles, usage.systemCycles]) {
    const microseconds = Math.floor(cyclesToNs(cycles, kernel.options.clockHz) / 1000);
    writer.u32(Math.floor(microseconds / 1e6)).u32(microseconds % 1e6);
  }
  writer.u32(usage.maxRss).skip(12).u32(usage.minorFaults).u32(usage.majorFaults);
  writer.at(64).u32(usage.voluntary).u32(usage.forced);
  return writer.bytes;
}
