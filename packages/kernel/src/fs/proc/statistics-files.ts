/** Files of /proc that count what the kernel does. */
import { PAGE_SIZE } from '@kml/core';
import type { Kernel } from '../../kernel.ts';
import { memoryInfo } from '../../mm/maps-text.ts';
import { TCP } from '../socket/inet/inet-state.ts';
import { IPPROTO_TCP } from '../socket/inet/numbers.ts';
import { allSockets, inetState } from '../socket/inet/ports.ts';

const KB_IN_PAGE = PAGE_SIZE / 1024;

/** Linux 6.1 mm/vmstat.c: vmstat_text */
export function vmstatText(kernel: Kernel): string {
  const info = memoryInfo(kernel);
  const { counters } = kernel.state;
  const pages = (bytes: number): number => Math.floor(bytes / PAGE_SIZE);
  const rows: [string, number][] = [
    ['nr_free_pages', pages(info.free)],
    ['nr_inactive_anon', 0],
    ['nr_active_anon', pages(info.anonymous)],
    ['nr_inactive_file', 0],
    ['nr_active_file', pages(info.cached - info.shared)],
    ['nr_unevictable', 0],
    ['nr_slab_reclaimable', 0],
    ['nr_slab_unreclaimable', pages(info.kernel)],
    ['nr_anon_pages', pages(info.anonymous)],
    ['nr_mapped', pages(info.cached)],
    ['nr_file_pages', pages(info.cached)],
    ['nr_dirty', 0],
    ['nr_writeback', 0],
    ['nr_shmem', pages(info.shared)],
    ['nr_swapcached', 0],
    ['pgpgin', counters.majorFaults * KB_IN_PAGE],
    ['pgpgout', 0],
    ['pswpin', counters.pagesIn],
    ['pswpout', counters.pagesOut],
    ['pgfree', 0],
    ['pgfault', counters.minorFaults + counters.majorFaults],
    ['pgmajfault', counters.majorFaults],
    ['oom_kill', 0],
  ];
  return rows.map(([name, value]) => `${name} ${value}\n`).join('');
}

/** One processor's column. Linux 6.1 kernel/irq/proc.c: show_interrupts */
export function interruptsText(kernel: Kernel): string {
  return `           CPU0       \n  0: ${String(kernel.state.counters.ticks).padStart(10)}   timer\n`;
}

/** The timer's work is all that is put off. Linux 6.1 kernel/softirq.c: softirq_to_name */
export function softirqsText(kernel: Kernel): string {
  const names = ['HI', 'TIMER', 'NET_TX', 'NET_RX', 'BLOCK', 'IRQ_POLL', 'TASKLET', 'SCHED', 'HRTIMER', 'RCU'];
  const count = (name: string): number => (name === 'TIMER' ? kernel.state.counters.ticks : 0);
  const rows = names.map((name) => `${`${name}:`.padStart(12)} ${String(count(name)).padStart(10)}\n`);
  return `                    CPU0       \n${rows.join('')}`;
}

/** A heading and its numbers, the way of /proc/net/snmp; counters that are not named are 0. */
function snmpRows(name: string, names: string, values: Readonly<Record<string, number>>): string {
  const row = names.split(' ').map((column) => values[column] ?? 0);
  return `${name}: ${names}\n${name}: ${row.join(' ')}\n`;
}

const IP_COLUMNS =
  'Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos InDiscards InDelivers OutRequests OutDiscards OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs ReasmFails FragOKs FragFails FragCreates';
const ICMP_COLUMNS =
  'InMsgs InErrors InCsumErrors InDestUnreachs InTimeExcds InParmProbs InSrcQuenchs InRedirects InEchos InEchoReps InTimestamps InTimestampReps InAddrMasks InAddrMaskReps OutMsgs OutErrors OutDestUnreachs OutTimeExcds OutParmProbs OutSrcQuenchs OutRedirects OutEchos OutEchoReps OutTimestamps OutTimestampReps OutAddrMasks OutAddrMaskReps';
const TCP_COLUMNS =
  'RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors';
const UDP_COLUMNS =
  'InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors';

/** Linux 6.1 net/ipv4/proc.c: snmp_seq_show. What is counted is what passed the interface. */
export function snmpText(kernel: Kernel): string {
  const { packets } = inetState(kernel);
  const open = allSockets(kernel, IPPROTO_TCP).filter(
    ({ state }) => state === TCP.established || state === TCP.closeWait,
  ).length;
  const ip = { Forwarding: 2, DefaultTTL: 64, InReceives: packets, InDelivers: packets, OutRequests: packets };
  const tcp = { RtoAlgorithm: 1, RtoMin: 200, RtoMax: 120_000, MaxConn: -1, CurrEstab: open };
  return [
    snmpRows('Ip', IP_COLUMNS, ip),
    snmpRows('Icmp', ICMP_COLUMNS, {}),
    snmpRows('Tcp', TCP_COLUMNS, tcp),
    snmpRows('Udp', UDP_COLUMNS, {}),
    snmpRows('UdpLite', UDP_COLUMNS, {}),
  ].join('');
}

/** Linux 6.1 net/ipv4/proc.c: netstat_seq_show; the extended counters that tools look at. */
export function netstatText(kernel: Kernel): string {
  const { packets, bytes } = inetState(kernel);
  const octets = { InOctets: bytes, OutOctets: bytes, InNoECTPkts: packets };
  return [
    snmpRows('TcpExt', 'SyncookiesSent SyncookiesRecv SyncookiesFailed TW ListenOverflows ListenDrops TCPTimeouts', {}),
    snmpRows('IpExt', 'InNoRoutes InMcastPkts OutMcastPkts InOctets OutOctets InNoECTPkts', octets),
  ].join('');
}
