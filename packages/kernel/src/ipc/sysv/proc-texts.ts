/** /proc/sysvipc, and the limits in /proc/sys/kernel. Linux 6.1 ipc/{sem,msg,shm}.c, ipc/ipc_sysctl.c */
import { PAGE_SIZE } from '@kml/core';
import { EINVAL } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { attachCount } from './shm-attach.ts';
import { segmentUsage } from './shm-control.ts';
import { type IpcObject, type SysvLimits, sysvState } from './state.ts';

function column(value: number, width: number): string {
  return String(value).padStart(width);
}

function columns(values: readonly number[], width: number): string {
  return values.map((value) => column(value, width)).join(' ');
}

/** Key, id and mode. */
function head(object: IpcObject): string {
  return `${column(object.key, 10)} ${column(object.id, 10)}  ${object.mode.toString(8).padStart(4)} `;
}

function owners(object: IpcObject): string {
  return columns([object.uid, object.gid, object.cuid, object.cgid], 5);
}

export function semText(kernel: Kernel): string {
  let text = '       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n';
  for (const array of sysvState(kernel).sem.objects.values()) {
    const times = columns([array.otime, array.ctime], 10);
    text += `${head(array)}${column(array.sems.length, 10)} ${owners(array)} ${times}\n`;
  }
  return text;
}

export function msgText(kernel: Kernel): string {
  let text =
    '       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime      rtime      ctime\n';
  for (const queue of sysvState(kernel).msg.objects.values()) {
    const counts = columns([queue.bytes, queue.messages.length], 10);
    const users = columns([queue.lastSender, queue.lastReceiver], 5);
    const times = columns([queue.stime, queue.rtime, queue.ctime], 10);
    text += `${head(queue)} ${counts} ${users} ${owners(queue)} ${times}\n`;
  }
  return text;
}

export function shmText(kernel: Kernel): string {
  let text =
    '       key      shmid perms       size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime        rss       swap\n';
  for (const segment of sysvState(kernel).shm.objects.values()) {
    const users = columns([segment.creator, segment.lastUser], 5);
    const times = columns([segment.atime, segment.dtime, segment.ctime], 10);
    const { present, swapped } = segmentUsage(segment);
    const pages = columns([present * PAGE_SIZE, swapped * PAGE_SIZE], 10);
    const rest = `${column(attachCount(segment), 5)} ${owners(segment)} ${times} ${pages}`;
    text += `${head(segment)}${column(segment.size, 10)} ${users}  ${rest}\n`;
  }
  return text;
}

/** Numbers of one file of /proc/sys, in order. */
export function limitsText(kernel: Kernel, names: readonly (keyof SysvLimits)[]): string {
  const { limits } = sysvState(kernel);
  return `${names.map((name) => limits[name]).join('\t')}\n`;
}

/** Sets them: as many as are given. */
export function setLimits(kernel: Kernel, names: readonly (keyof SysvLimits)[], text: string): number {
  const { limits } = sysvState(kernel);
  const given = text.trim().split(/\s+/);
  if (given.some((number) => !/^\d+$/.test(number)) || given.length > names.length) return -EINVAL;
  given.forEach((number, at) => {
    limits[names[at]!] = Math.min(Number(number), 0xffff_ffff);
  });
  return 0;
}
