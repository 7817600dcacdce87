/** What AT_HWCAP says of the CPU, and /proc/cpuinfo by name. Linux 6.1 arch/arm/include/uapi/asm/hwcap.h */
const FEATURES: readonly (readonly [name: string, bit: number])[] = [
  ['swp', 0],
  ['half', 1],
  ['thumb', 2],
  ['fastmult', 4],
  ['vfp', 6],
  ['edsp', 7],
  ['neon', 12],
  ['vfpv3', 13],
  ['tls', 15],
  ['vfpv4', 16],
  ['idiva', 17],
  ['idivt', 18],
  ['vfpd32', 19],
  ['lpae', 20],
];

export const HWCAP = FEATURES.reduce((bits, [, bit]) => bits | (1 << bit), 0);
export const FEATURE_NAMES: readonly string[] = FEATURES.map(([name]) => name);
