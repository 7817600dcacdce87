/** Text of /proc/cpuinfo. Linux 6.1 arch/mips/kernel/proc.c: show_cpuinfo */
export function cpuinfoText(title: string, clockHz: number): string {
  const rows: readonly (readonly [string, string])[] = [
    ['system type', 'KML'],
    ['machine', title],
    ['processor', '0'],
    ['cpu model', 'MIPS 24Kc V0.0  FPU V0.0'],
    ['BogoMIPS', (clockHz / 1_000_000).toFixed(2)],
    ['wait instruction', 'yes'],
    ['microsecond timers', 'yes'],
    ['tlb_entries', '16'],
    ['extra interrupt vector', 'yes'],
    ['hardware watchpoint', 'no'],
    ['isa', 'mips1 mips2 mips32r1 mips32r2'],
    ['ASEs implemented', ''],
    ['Options implemented', 'tlb 4kex 4k_cache fpu llsc prefetch'],
    ['shadow register sets', '1'],
    ['kscratch registers', '0'],
    ['package', '0'],
    ['core', '0'],
    ['VCED exceptions', 'not available'],
    ['VCEI exceptions', 'not available'],
  ];
  return `${rows.map(([name, value]) => `${name}${'\t'.repeat(Math.max(1, 3 - Math.floor(name.length / 8)))}: ${value}\n`).join('')}\n`;
}
