import type { Cpu } from '@kml/core';
import { reg } from '../state.ts';
import { goOn } from './step.ts';

/**
 * LDRT and its like at a privileged level. `what`: the access in bits 0 to 3 (the order of the loads
 * and stores in lift/load-store.ts), Rt in bits 4 to 7, Rn in bits 8 to 11; Rn becomes `base`.
 */
export function unprivilegedAccess(cpu: Cpu, address: number, base: number, what: number, next: number): void {
  const rt = (what >> 4) & 15;
  const rn = reg(`r${(what >> 8) & 15}`);
  const kind = what & 15;
  if (kind < 5) {
    const value = read(cpu, address, kind);
    cpu.set(rn, base);
    cpu.set(reg(`r${rt}`), value);
  } else {
    write(cpu, address, kind, cpu.get(reg(`r${rt}`)));
    cpu.set(rn, base);
  }
  goOn(cpu, next);
}

function read(cpu: Cpu, address: number, kind: number): number {
  const { virtual } = cpu;
  switch (kind) {
    case 0:
      return virtual.read32(address, false);
    case 1:
      return virtual.read8(address, false);
    case 2:
      return virtual.read16(address, false);
    case 3:
      return (virtual.read8(address, false) << 24) >> 24;
    default:
      return (virtual.read16(address, false) << 16) >> 16;
  }
}

function write(cpu: Cpu, address: number, kind: number, value: number): void {
  const { virtual } = cpu;
  if (kind === 5) virtual.write32(address, value, false);
  else if (kind === 6) virtual.write8(address, value & 0xff, false);
  else virtual.write16(address, value & 0xffff, false);
}
