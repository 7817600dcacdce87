import { TIMEBASE_SHIFT } from '../isa/index.ts';

/** Counts of the time base in a second. */
export function timebaseHz(clockHz: number): number {
  return Math.floor(clockHz / 2 ** TIMEBASE_SHIFT);
}

/** Text of /proc/cpuinfo for a CPU of this clock rate. Linux 6.1 arch/powerpc/kernel/setup-common.c: show_cpuinfo */
export function cpuinfoText(clockHz: number): string {
  const timebase = timebaseHz(clockHz);
  const rows = [
    'processor\t: 0',
    'cpu\t\t: 740/750',
    `clock\t\t: ${(clockHz / 1e6).toFixed(6)}MHz`,
    'revision\t: 3.1 (pvr 0008 0301)',
    `bogomips\t: ${((timebase * 2) / 1e6).toFixed(2)}`,
    '',
    `timebase\t: ${timebase}`,
    'platform\t: KML',
    'model\t\t: KML',
  ];
  return `${rows.join('\n')}\n`;
}
