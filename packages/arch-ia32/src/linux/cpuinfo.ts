/** What /proc/cpuinfo says of the processor. Feature names as Linux 6.1 has them (arch/x86/kernel/cpu/capflags.c). */
const FEATURES = 'fpu tsc msr cx8 sep pge cmov clflush mmx fxsr sse sse2';

/** Text of /proc/cpuinfo for a CPU model of this title and clock rate. */
export function cpuinfoText(title: string, clockHz: number): string {
  const rows: [string, string | number][] = [
    ['processor', 0],
    ['vendor_id', 'GenuineIntel'],
    ['cpu family', 15],
    ['model', 2],
    ['model name', title],
    ['stepping', 4],
    ['cpu MHz', (clockHz / 1e6).toFixed(3)],
    ['cache size', '512 KB'],
    ['fdiv_bug', 'no'],
    ['f00f_bug', 'no'],
    ['coma_bug', 'no'],
    ['fpu', 'yes'],
    ['fpu_exception', 'yes'],
    ['cpuid level', 2],
    ['wp', 'yes'],
    ['flags', FEATURES],
    ['bogomips', ((clockHz * 2) / 1e6).toFixed(2)],
    ['clflush size', 64],
    ['address sizes', '32 bits physical, 32 bits virtual'],
    ['power management', ''],
  ];
  return `${rows.map(([name, value]) => `${name}${'\t'.repeat(name.length < 8 ? 2 : 1)}: ${value}\n`).join('')}\n`;
}
