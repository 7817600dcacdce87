import { ADEL, ADES, BP, CPU, FPE, OV, RI, TR } from '@kml/arch-mips/isa';
import type { TrapSeen } from '../random/flat-machine.ts';
import type { RandomResult, Signal } from '../random/layout.ts';

const SIGNAL: Readonly<Record<number, Signal>> = {
  ...{ [RI]: 'ill', [CPU]: 'ill', [TR]: 'trap', [BP]: 'trap', [OV]: 'fpe', [FPE]: 'fpe', [ADEL]: 'bus', [ADES]: 'bus' },
};

/** What Linux makes of a trap: for an instruction in a delay slot pc is that of its branch. */
export function signalOf(trap: TrapSeen): Pick<RandomResult, 'pc' | 'address'> & { signal: Signal } {
  const pc = trap.pc & 1 ? trap.pc - 5 : trap.pc;
  if (trap.access !== undefined) return { signal: 'segv', pc, address: trap.address };
  const signal = SIGNAL[trap.vector];
  if (signal === undefined) throw new RangeError(`trap ${trap.vector}`);
  return { signal, pc, address: signal === 'bus' ? trap.error >>> 0 : 0 };
}
