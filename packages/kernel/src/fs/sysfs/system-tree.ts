/** What /sys shows: one processor, the memory devices, lo. Texts as drivers' show functions give them. */
import type { Kernel } from '../../kernel.ts';
import {
  ARPHRD_LOOPBACK,
  LOOPBACK_FLAGS,
  LOOPBACK_INDEX,
  LOOPBACK_MTU,
  LOOPBACK_NAME,
  LOOPBACK_QUEUE_LENGTH,
} from '../socket/inet/interface.ts';
import { inetState } from '../socket/inet/ports.ts';

/** A file by its text, a link by its target; directories are what paths need, or 'directory'. */
export type SysNode = { readonly read: (kernel: Kernel) => string } | { readonly link: string } | 'directory';

type Rows = readonly (readonly [path: string, node: SysNode])[];

const constant = (text: string): SysNode => ({ read: () => `${text}\n` });
const link = (target: string): SysNode => ({ link: target });

const CPU = 'devices/system/cpu';
const TOPOLOGY = `${CPU}/cpu0/topology`;

/** Linux 6.1 drivers/base/cpu.c, drivers/base/topology.c */
const CPU_ROWS: Rows = [
  [`${CPU}/possible`, constant('0')],
  [`${CPU}/present`, constant('0')],
  [`${CPU}/online`, constant('0')],
  [`${CPU}/offline`, constant('')],
  [`${CPU}/isolated`, constant('')],
  [`${CPU}/kernel_max`, constant('0')],
  [`${TOPOLOGY}/physical_package_id`, constant('0')],
  [`${TOPOLOGY}/core_id`, constant('0')],
  ...['core_cpus', 'core_siblings', 'thread_siblings', 'package_cpus'].flatMap(
    (name): Rows => [
      [`${TOPOLOGY}/${name}`, constant('1')],
      [`${TOPOLOGY}/${name}_list`, constant('0')],
    ],
  ),
];

/** By minor number of major 1. Linux 6.1 drivers/char/mem.c: devlist */
const MEMORY_DEVICES: readonly (readonly [minor: number, name: string, mode: string])[] = [
  [3, 'null', '0666'],
  [5, 'zero', '0666'],
  [7, 'full', '0666'],
  [8, 'random', '0666'],
  [9, 'urandom', '0666'],
  [11, 'kmsg', '0644'],
];

function memoryDevice([minor, name, mode]: (typeof MEMORY_DEVICES)[number]): Rows {
  const place = `devices/virtual/mem/${name}`;
  return [
    [`${place}/dev`, constant(`1:${minor}`)],
    [`${place}/uevent`, constant(`MAJOR=1\nMINOR=${minor}\nDEVNAME=${name}\nDEVMODE=${mode}`)],
    [`${place}/subsystem`, link('../../../../class/mem')],
    [`class/mem/${name}`, link(`../../${place}`)],
    [`dev/char/1:${minor}`, link(`../../${place}`)],
  ];
}

const LO = `devices/virtual/net/${LOOPBACK_NAME}`;
const HARDWARE_ADDRESS = '00:00:00:00:00:00';
/** Counters that stay 0 on lo. */
const NO_TROUBLE = [
  ...['collisions', 'multicast', 'rx_compressed', 'rx_crc_errors', 'rx_dropped', 'rx_errors', 'rx_fifo_errors'],
  ...['rx_frame_errors', 'rx_length_errors', 'rx_missed_errors', 'rx_nohandler', 'rx_over_errors'],
  ...['tx_aborted_errors', 'tx_carrier_errors', 'tx_compressed', 'tx_dropped', 'tx_errors', 'tx_fifo_errors'],
  ...['tx_heartbeat_errors', 'tx_window_errors'],
];

/** Linux 6.1 net/core/net-sysfs.c: net_class_groups, netstat_group */
const NET_ROWS: Rows = [
  [`${LO}/address`, constant(HARDWARE_ADDRESS)],
  [`${LO}/addr_len`, constant('6')],
  [`${LO}/broadcast`, constant(HARDWARE_ADDRESS)],
  [`${LO}/carrier`, constant('1')],
  [`${LO}/dev_id`, constant('0x0')],
  [`${LO}/dormant`, constant('0')],
  [`${LO}/flags`, constant(`0x${(LOOPBACK_FLAGS & 0x9).toString(16)}`)],
  [`${LO}/ifindex`, constant(String(LOOPBACK_INDEX))],
  [`${LO}/iflink`, constant(String(LOOPBACK_INDEX))],
  [`${LO}/link_mode`, constant('0')],
  [`${LO}/mtu`, constant(String(LOOPBACK_MTU))],
  [`${LO}/operstate`, constant('unknown')],
  [`${LO}/tx_queue_len`, constant(String(LOOPBACK_QUEUE_LENGTH))],
  [`${LO}/type`, constant(String(ARPHRD_LOOPBACK))],
  [`${LO}/uevent`, constant(`INTERFACE=${LOOPBACK_NAME}\nIFINDEX=${LOOPBACK_INDEX}`)],
  [`${LO}/subsystem`, link('../../../../class/net')],
  ...['rx', 'tx'].flatMap(
    (way): Rows => [
      [`${LO}/statistics/${way}_bytes`, { read: (kernel) => `${inetState(kernel).bytes}\n` }],
      [`${LO}/statistics/${way}_packets`, { read: (kernel) => `${inetState(kernel).packets}\n` }],
    ],
  ),
  ...NO_TROUBLE.map((name): Rows[number] => [`${LO}/statistics/${name}`, constant('0')]),
  [`class/net/${LOOPBACK_NAME}`, link(`../../${LO}`)],
];

/** Directories that are there on every machine, here with nothing in them. */
const EMPTY = ['block', 'bus', 'dev/block', 'firmware', 'fs/cgroup', 'hypervisor', 'module', 'power'];

/** Everything below /sys, by path. */
export const SYS_TREE: ReadonlyMap<string, SysNode> = new Map<string, SysNode>([
  ...CPU_ROWS,
  ...MEMORY_DEVICES.flatMap(memoryDevice),
  ...NET_ROWS,
  ...EMPTY.map((path): Rows[number] => [path, 'directory']),
  ['kernel/uevent_seqnum', constant('0')],
]);
