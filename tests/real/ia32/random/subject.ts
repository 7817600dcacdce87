import { FlatMachine, type FlatMachineOptions } from '@kml/arch-ia32/isa/testing';
import {
  CODE,
  CONTROL,
  DATA,
  DATA_BYTES,
  FX_BYTES,
  FX_IN,
  FX_OUT,
  type RandomCase,
  type RandomResult,
  REGISTERS,
  SCRATCH,
  SCRATCH_BYTES,
  thunk,
} from './layout.ts';

/** Where the thunk returns to: an undefined instruction. */
const END = CODE + 0xf00;
const STACK = 0x20030000;
/** More than the longest case takes. */
const LIMIT = 500;

/** Runs cases on the machine under test. */
export class Subject {
  private readonly machine: FlatMachine;

  constructor(options: FlatMachineOptions = {}) {
    this.machine = new FlatMachine(options);
    this.machine.map(CODE, 0x1000);
    this.machine.map(DATA, DATA_BYTES);
    this.machine.map(CONTROL, 0x1000);
    this.machine.map(STACK, 0x1000);
    this.machine.write(END, [0x0f, 0x0b]);
  }

  run(test: RandomCase): RandomResult {
    const { machine } = this;
    machine.resetCpu(3);
    machine.write(CODE, thunk(test).code);
    machine.write(DATA, new Uint8Array(DATA_BYTES));
    machine.write(SCRATCH, test.scratch);
    if (test.fx) machine.write(FX_IN, test.fx);
    machine.write(STACK + 0x800, [END & 255, (END >>> 8) & 255, (END >>> 16) & 255, END >>> 24]);
    // Interrupts are on in any program.
    machine.set({ esp: STACK + 0x800, eflags: 0x202 });
    machine.run(CODE, LIMIT);
    const { trap } = machine;
    const scratch = machine.read(SCRATCH, SCRATCH_BYTES);
    if (trap?.pc === END) {
      const words = Array.from({ length: 9 }, (_, n) => machine.read32(REGISTERS + 4 * n));
      const fx = test.fx ? machine.read(FX_OUT, FX_BYTES) : undefined;
      return { vector: -1, error: 0, eip: 0, registers: words.slice(0, 8), eflags: words[8]!, scratch, fx };
    }
    // A user's page fault says so in its error code.
    const error = trap?.vector === 14 ? trap.error | 4 : (trap?.error ?? 0);
    return {
      vector: trap?.vector ?? -2,
      error,
      eip: trap?.pc ?? 0,
      registers: machine.general(),
      eflags: machine.get('eflags'),
      scratch,
      fx: undefined,
    };
  }
}
