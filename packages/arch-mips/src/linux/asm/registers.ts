/** Names of registers in assembly text. MIPS o32 */
const O32_NAMES = [
  ...['zero', 'at', 'v0', 'v1', 'a0', 'a1', 'a2', 'a3'],
  ...['t0', 't1', 't2', 't3', 't4', 't5', 't6', 't7'],
  ...['s0', 's1', 's2', 's3', 's4', 's5', 's6', 's7'],
  ...['t8', 't9', 'k0', 'k1', 'gp', 'sp', 'fp', 'ra'],
];

/** Number of a general register by its o32 name, or -1. */
export function registerNumber(name: string): number {
  return O32_NAMES.indexOf(name);
}

/** Coprocessor 0 registers that the entry code names: register and select. MIPS32 vol. III, table 9.1 */
export const CP0_REGISTERS: ReadonlyMap<string, readonly [number: number, select: number]> = new Map([
  ['c0_badvaddr', [8, 0]],
  ['c0_status', [12, 0]],
  ['c0_cause', [13, 0]],
  ['c0_epc', [14, 0]],
]);
