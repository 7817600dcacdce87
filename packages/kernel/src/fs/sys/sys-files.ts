import type { Kernel } from '../../kernel.ts';

/** An entry of /sys: a file with a text, a symbolic link, or a directory with nothing in it. */
export type SysEntry = { readonly text: (kernel: Kernel) => string } | { readonly link: string } | 'directory';

const constant = (text: string): SysEntry => ({ text: () => `${text}\n` });
const link = (target: string): SysEntry => ({ link: target });

/** One CPU, in a package of its own. Linux 6.1 drivers/base/cpu.c, drivers/base/topology.c */
const CPU: readonly [string, SysEntry][] = [
  ['kernel_max', constant('0')],
  ['offline', constant('')],
  ['online', constant('0')],
  ['possible', constant('0')],
  ['present', constant('0')],
  ['isolated', constant('')],
  ['cpu0/topology/core_cpus', constant('1')],
  ['cpu0/topology/core_cpus_list', constant('0')],
  ['cpu0/topology/core_id', constant('0')],
  ['cpu0/topology/core_siblings', constant('1')],
  ['cpu0/topology/core_siblings_list', constant('0')],
  ['cpu0/topology/package_cpus', constant('1')],
  ['cpu0/topology/package_cpus_list', constant('0')],
  ['cpu0/topology/physical_package_id', constant('0')],
  ['cpu0/topology/thread_siblings', constant('1')],
  ['cpu0/topology/thread_siblings_list', constant('0')],
];

/** The loopback interface. Linux 6.1 net/core/net-sysfs.c */
const LOOPBACK: readonly [string, SysEntry][] = [
  ['addr_len', constant('6')],
  ['address', constant('00:00:00:00:00:00')],
  ['broadcast', constant('00:00:00:00:00:00')],
  ['carrier', constant('1')],
  ['dormant', constant('0')],
  ['flags', constant('0x9')],
  ['ifindex', constant('1')],
  ['iflink', constant('1')],
  ['link_mode', constant('0')],
  ['mtu', constant('65536')],
  ['operstate', constant('unknown')],
  ['tx_queue_len', constant('1000')],
  ['type', constant('772')],
];

const below = (directory: string, entries: readonly [string, SysEntry][]): [string, SysEntry][] =>
  entries.map(([name, entry]) => [`${directory}/${name}`, entry]);

/** By path below /sys; directories between are what these paths need. */
export const SYS_FILES: ReadonlyMap<string, SysEntry> = new Map<string, SysEntry>([
  ['block', 'directory'],
  ['bus', 'directory'],
  ['class/net/lo', link('../../devices/virtual/net/lo')],
  ['dev/block', 'directory'],
  ['dev/char', 'directory'],
  ...below('devices/system/cpu', CPU),
  ...below('devices/virtual/net/lo', LOOPBACK),
  ['firmware', 'directory'],
  ['fs', 'directory'],
  ['kernel/uevent_seqnum', constant('0')],
  ['module', 'directory'],
  ['power', 'directory'],
]);
