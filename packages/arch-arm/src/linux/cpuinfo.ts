import { FEATURE_NAMES } from './hwcap.ts';

/** MIDR of the processor that is modelled, part by part. */
const [IMPLEMENTER, VARIANT, PART, REVISION] = ['0x41', '0x4', '0xc09', 1] as const;

/** Text of /proc/cpuinfo for a CPU model of this title and clock rate. Linux 6.1 arch/arm/kernel/setup.c: c_show */
export function cpuinfoText(title: string, clockHz: number): string {
  const rows: [string, string | number][] = [
    ['processor\t', 0],
    ['model name\t', `ARMv7 Processor rev ${REVISION} (v7l)`],
    ['BogoMIPS\t', ((clockHz * 2) / 1e6).toFixed(2)],
    ['Features\t', `${FEATURE_NAMES.join(' ')} `],
    ['CPU implementer\t', IMPLEMENTER],
    ['CPU architecture', 7],
    ['CPU variant\t', VARIANT],
    ['CPU part\t', PART],
    ['CPU revision\t', REVISION],
  ];
  const board: [string, string][] = [
    ['Hardware\t', title],
    ['Revision\t', '0000'],
    ['Serial\t\t', '0000000000000000'],
  ];
  const lines = (part: readonly (readonly [string, string | number])[]): string =>
    part.map(([name, value]) => `${name}: ${value}\n`).join('');
  return `${lines(rows)}\n${lines(board)}`;
}
