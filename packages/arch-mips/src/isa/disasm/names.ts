/** Names of registers as objdump has them. */
export const GPR_NAMES = [
  ...['zero', 'at', 'v0', 'v1', 'a0', 'a1', 'a2', 'a3', 't0', 't1', 't2', 't3', 't4', 't5', 't6', 't7'],
  ...['s0', 's1', 's2', 's3', 's4', 's5', 's6', 's7', 't8', 't9', 'k0', 'k1', 'gp', 'sp', 's8', 'ra'],
] as const;

/** Coprocessor 0 registers with select 0; empty where there is none. */
const CP0_NAMES = [
  ...['index', 'random', 'entrylo0', 'entrylo1', 'context', 'pagemask', 'wired', 'hwrena'],
  ...['badvaddr', 'count', 'entryhi', 'compare', 'status', 'cause', 'epc', 'prid'],
  ...['config', 'lladdr', 'watchlo', 'watchhi', 'xcontext', '', '', 'debug'],
  ...['depc', 'perfcnt', 'errctl', 'cacheerr', 'taglo', 'taghi', 'errorepc', 'desave'],
];

/** Others, by number * 8 + select. */
const CP0_SELECTED: Readonly<Record<number, string>> = {
  ...{ 97: 'intctl', 98: 'srsctl', 99: 'srsmap', 121: 'ebase', 129: 'config1', 130: 'config2', 131: 'config3' },
  ...{ 41: 'pagegrain', 225: 'datalo', 233: 'datahi' },
};

/** A coprocessor 0 register. */
export function cp0Name(number: number, select: number): string {
  const name = select === 0 ? CP0_NAMES[number] : CP0_SELECTED[number * 8 + select];
  if (name) return `c0_${name}`;
  return select === 0 ? `$${number}` : `$${number},${select}`;
}

const FPU_CONTROL: Readonly<Record<number, string>> = {
  ...{ 0: 'fir', 1: 'ufr', 4: 'unfr', 25: 'fccr', 26: 'fexr', 28: 'fenr', 31: 'fcsr' },
};

/** An FPU control register. */
export function fpuControlName(number: number): string {
  const name = FPU_CONTROL[number];
  return name === undefined ? `$${number}` : `c1_${name}`;
}

const HARDWARE = ['hwr_cpunum', 'hwr_synci_step', 'hwr_cc', 'hwr_ccres'];

/** A register of RDHWR. */
export function hardwareName(number: number): string {
  return HARDWARE[number] ?? `$${number}`;
}
