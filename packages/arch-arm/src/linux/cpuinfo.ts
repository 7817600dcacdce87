import { MIDR } from '../isa/system/cp15.ts';
import { FEATURE_NAMES } from './hwcap.ts';

/** Fields of the main ID register. ARM ARM B4.1.105 */
const field = (shift: number, bits: number): number => (MIDR >>> shift) & ((1 << bits) - 1);
const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;

/** Text of /proc/cpuinfo for a CPU model of this title and clock rate. Linux 6.1 arch/arm/kernel/setup.c: c_show */
export function cpuinfoText(title: string, clockHz: number): string {
  const rows: [string, string | number][] = [
    ['processor\t', 0],
    ['model name\t', `ARMv7 Processor rev ${field(0, 4)} (v7l)`],
    ['BogoMIPS\t', ((clockHz * 2) / 1e6).toFixed(2)],
    ['Features\t', `${FEATURE_NAMES.join(' ')} `],
    ['CPU implementer\t', hex(field(24, 8), 2)],
    ['CPU architecture', 7],
    ['CPU variant\t', hex(field(20, 4), 1)],
    ['CPU part\t', hex(field(4, 12), 3)],
    ['CPU revision\t', field(0, 4)],
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
