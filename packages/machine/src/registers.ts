import type { Cpu, IsaBackend } from '@kml/core';
import { MachineError } from './machine-error.ts';

/** CPU registers by name, as 32-bit unsigned numbers. */
export class Registers {
  /** The names a debugger shows, in its order; every other i32 slot of the state can be named too. */
  readonly names: readonly string[];
  private readonly cpu: Cpu;

  constructor(cpu: Cpu, isa: IsaBackend) {
    this.cpu = cpu;
    this.names = isa.debugRegisters;
  }

  /** @throws MachineError for a name that is none. */
  read(name: string): number {
    return this.cpu.get(this.slot(name)) >>> 0;
  }

  /** Takes effect with the next instruction. @throws MachineError for a name that is none. */
  write(name: string, value: number): void {
    this.cpu.set(this.slot(name), value | 0);
  }

  private slot(name: string) {
    const slot = this.cpu.layout.slots.find((candidate) => candidate.name === name && candidate.type === 'i32');
    if (!slot) throw new MachineError(`no register '${name}'`);
    return slot;
  }
}
