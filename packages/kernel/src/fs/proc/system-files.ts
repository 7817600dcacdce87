import { coreSettings } from '../../coredump/state.ts';
import { EINVAL } from '../../errno.ts';
import { mqueueState, type QueueLimits } from '../../ipc/mqueue/state.ts';
import { limitsText, msgText, semText, setLimits, shmText } from '../../ipc/sysv/proc-texts.ts';
import type { SysvLimits } from '../../ipc/sysv/state.ts';
import type { Kernel } from '../../kernel.ts';
import { memoryInfo } from '../../mm/maps-text.ts';
import { loadText } from '../../sched/load-average.ts';
import { KERNEL_RELEASE, KERNEL_VERSION } from '../../task/release.ts';
import { cyclesToTicks, USER_HZ } from '../../task/times.ts';
import { monotonicNs, realtimeNs } from '../../time/clock.ts';
import type { Task } from '../../types.ts';
import { fsState } from '../fs-state.ts';
import { locksText } from './locks-text.ts';
import { NET_TEXTS } from './net-files.ts';
import { interruptsText, netstatText, snmpText, softirqsText, vmstatText } from './statistics-files.ts';

/** A file (or link) of /proc that is of no process. */
export interface SystemFile {
  readonly mode: number;
  readonly read?: (kernel: Kernel, task: Task) => string;
  /** 0 or -errno. */
  readonly write?: (kernel: Kernel, task: Task, text: string) => number;
  readonly link?: string;
}

function text(read: (kernel: Kernel, task: Task) => string, mode = 0o444): SystemFile {
  return { mode, read };
}

function constant(value: string): SystemFile {
  return { mode: 0o444, read: () => `${value}\n` };
}

function link(target: string): SystemFile {
  return { mode: 0o777, link: target };
}

function seconds(ns: bigint): string {
  return `${ns / 1_000_000_000n}.${String((ns % 1_000_000_000n) / 10_000_000n).padStart(2, '0')}`;
}

/** Name of core files, 127 bytes at most. */
const CORE_PATTERN: SystemFile = {
  mode: 0o644,
  read: (kernel) => `${coreSettings(kernel).pattern}\n`,
  write(kernel, _task, given) {
    coreSettings(kernel).pattern = given.split('\n')[0]!.slice(0, 127);
    return 0;
  },
};

const CORE_USES_PID: SystemFile = {
  mode: 0o644,
  read: (kernel) => `${coreSettings(kernel).usesPid ? 1 : 0}\n`,
  write(kernel, _task, given) {
    if (!/^\d+$/.test(given.trim())) return -EINVAL;
    coreSettings(kernel).usesPid = Number(given.trim()) !== 0;
    return 0;
  },
};

/** Limits of System V IPC, which root may set. */
function sysvLimit(...names: (keyof SysvLimits)[]): SystemFile {
  return {
    mode: 0o644,
    read: (kernel) => limitsText(kernel, names),
    write: (kernel, _task, given) => setLimits(kernel, names, given),
  };
}

/** Limits of POSIX message queues, which root may set within bounds. Linux 6.1 ipc/mq_sysctl.c */
function queueLimit(name: keyof QueueLimits): SystemFile {
  const [least, most] =
    name === 'queues_max' ? [0, 65_536] : name.startsWith('msgsize') ? [128, 16 << 20] : [1, 65_536];
  return {
    mode: 0o644,
    read: (kernel) => `${mqueueState(kernel).limits[name]}\n`,
    write(kernel, _task, given) {
      const value = Number(given.trim());
      if (!/^\d+$/.test(given.trim()) || value < least! || value > most!) return -EINVAL;
      mqueueState(kernel).limits[name] = value;
      return 0;
    },
  };
}

/** Linux 6.1 fs/proc/meminfo.c */
function meminfo(kernel: Kernel): string {
  const info = memoryInfo(kernel);
  const rows: [string, number][] = [
    ['MemTotal', info.total],
    ['MemFree', info.free],
    ['MemAvailable', info.available],
    ['Buffers', 0],
    ['Cached', info.cached],
    ['SwapCached', 0],
    ['Active', info.anonymous],
    ['Inactive', info.cached],
    ['SwapTotal', info.swapTotal],
    ['SwapFree', info.swapFree],
    ['Dirty', 0],
    ['Writeback', 0],
    ['AnonPages', info.anonymous],
    ['Mapped', info.cached],
    ['Shmem', info.shared],
    ['Slab', info.kernel],
    ['PageTables', 0],
    ['CommitLimit', info.total / 2 + info.swapTotal],
    ['Committed_AS', info.anonymous],
  ];
  return rows.map(([name, bytes]) => `${`${name}:`.padEnd(15)} ${String(bytes >> 10).padStart(8)} kB\n`).join('');
}

/** Linux 6.1 fs/proc/stat.c */
function stat(kernel: Kernel): string {
  let user = 0;
  let system = 0;
  for (const task of kernel.state.tasks.values()) {
    user += task.userCycles;
    system += task.systemCycles;
  }
  const idle = kernel.state.idleNs / BigInt(1e9 / USER_HZ);
  const cpu = `${cyclesToTicks(kernel, user)} 0 ${cyclesToTicks(kernel, system)} ${idle} 0 0 0 0 0 0`;
  const { counters, runQueue } = kernel.state;
  const boot = (realtimeNs(kernel) - monotonicNs(kernel)) / 1_000_000_000n;
  return [
    `cpu  ${cpu}`,
    `cpu0 ${cpu}`,
    `intr ${counters.ticks} ${counters.ticks}`,
    `ctxt ${counters.contextSwitches}`,
    `btime ${boot}`,
    `processes ${counters.forks + 1}`,
    `procs_running ${runQueue.length + 1}`,
    'procs_blocked 0',
    '',
  ].join('\n');
}

function loadavg(kernel: Kernel): string {
  const { runQueue, tasks, nextPid } = kernel.state;
  return `${loadText(kernel)} ${runQueue.length + 1}/${tasks.size} ${nextPid - 1}\n`;
}

/** Symbols of kernel text and data. */
function kallsyms(kernel: Kernel): string {
  const { symbols, textStart, textEnd } = kernel.image;
  return [...symbols]
    .sort((a, b) => (a[1] >>> 0) - (b[1] >>> 0))
    .map(([name, address]) => {
      const at = address >>> 0;
      const type = at >= textStart >>> 0 && at < textEnd >>> 0 ? 'T' : 'D';
      return `${at.toString(16).padStart(8, '0')} ${type} ${name}\n`;
    })
    .join('');
}

function version(kernel: Kernel): string {
  return `Linux version ${KERNEL_RELEASE} (kml@${kernel.state.hostname}) (kml) ${KERNEL_VERSION}\n`;
}

const FILESYSTEMS = ['sysfs', 'tmpfs', 'proc', 'devtmpfs', 'devpts', 'pipefs', 'sockfs', 'ramfs', 'hostfs', 'mqueue'];

/** A random identifier in the usual notation. */
function uuid(kernel: Kernel): string {
  const bytes = new Uint8Array(16);
  kernel.host.entropy.fill(bytes);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function bootId(kernel: Kernel): string {
  const state = fsState(kernel);
  state.bootId ??= uuid(kernel);
  return `${state.bootId}\n`;
}

/** By path below /proc; directories are what these paths need. */
export const SYSTEM_FILES: ReadonlyMap<string, SystemFile> = new Map<string, SystemFile>([
  ['cpuinfo', text((kernel) => kernel.abi.cpuinfo(kernel))],
  ['meminfo', text(meminfo)],
  ['mounts', link('self/mounts')],
  ['filesystems', text(() => FILESYSTEMS.map((name) => `nodev\t${name}\n`).join(''))],
  ['stat', text(stat)],
  ['uptime', text((kernel) => `${seconds(monotonicNs(kernel))} ${seconds(kernel.state.idleNs)}\n`)],
  ['loadavg', text(loadavg)],
  ['version', text(version)],
  ['cmdline', constant('')],
  ['devices', constant('Character devices:\n  1 mem\n  4 tty\n  5 /dev/tty\n136 pts\n\nBlock devices:')],
  ['kallsyms', text(kallsyms)],
  ['vmstat', text(vmstatText)],
  ['interrupts', text(interruptsText)],
  ['softirqs', text(softirqsText)],
  ['locks', text(locksText)],
  ['partitions', text(() => 'major minor  #blocks  name\n\n')],
  ['diskstats', text(() => '')],
  ['misc', text(() => '')],
  ['consoles', constant('tty1                 -WU (EC  p  )    4:1')],
  ['net/snmp', text(snmpText)],
  ['net/netstat', text(netstatText)],
  ['swaps', text(() => 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n')],
  ...NET_TEXTS.map(([path, read]): [string, SystemFile] => [path, text(read)]),
  ['sysvipc/sem', text(semText)],
  ['sysvipc/msg', text(msgText)],
  ['sysvipc/shm', text(shmText)],
  ['sys/kernel/sem', sysvLimit('semmsl', 'semmns', 'semopm', 'semmni')],
  ['sys/kernel/shmmax', sysvLimit('shmmax')],
  ['sys/kernel/shmall', sysvLimit('shmall')],
  ['sys/kernel/shmmni', sysvLimit('shmmni')],
  ['sys/kernel/msgmax', sysvLimit('msgmax')],
  ['sys/kernel/msgmnb', sysvLimit('msgmnb')],
  ['sys/kernel/msgmni', sysvLimit('msgmni')],
  ['sys/kernel/core_pattern', CORE_PATTERN],
  ['sys/kernel/core_uses_pid', CORE_USES_PID],
  ['sys/kernel/ostype', constant('Linux')],
  ['sys/kernel/osrelease', constant(KERNEL_RELEASE)],
  ['sys/kernel/version', constant(KERNEL_VERSION)],
  ['sys/kernel/hostname', text((kernel) => `${kernel.state.hostname}\n`)],
  ['sys/kernel/domainname', text((kernel) => `${kernel.state.domainname}\n`)],
  ['sys/kernel/pid_max', constant('32768')],
  ['sys/kernel/threads-max', constant('32768')],
  ['sys/kernel/ngroups_max', constant('65536')],
  ['sys/kernel/cap_last_cap', constant('40')],
  ['sys/kernel/random/boot_id', text(bootId)],
  ['sys/kernel/random/uuid', text((kernel) => `${uuid(kernel)}\n`)],
  ['sys/kernel/random/entropy_avail', constant('256')],
  ['sys/kernel/randomize_va_space', constant('0')],
  ['sys/vm/overcommit_memory', constant('0')],
  ['sys/vm/max_map_count', constant('65530')],
  ['sys/vm/mmap_min_addr', constant('65536')],
  ['sys/fs/pipe-max-size', constant('1048576')],
  ['sys/fs/mqueue/queues_max', queueLimit('queues_max')],
  ['sys/fs/mqueue/msg_max', queueLimit('msg_max')],
  ['sys/fs/mqueue/msgsize_max', queueLimit('msgsize_max')],
  ['sys/fs/mqueue/msg_default', queueLimit('msg_default')],
  ['sys/fs/mqueue/msgsize_default', queueLimit('msgsize_default')],
  ['sys/fs/nr_open', constant('1048576')],
  ['sys/fs/file-max', constant('1048576')],
]);
