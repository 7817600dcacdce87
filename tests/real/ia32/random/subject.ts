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

const STACK = 0x20030000;
/** More than the longest case takes. */
const LIMIT = 500;
/** The code of a whole batch is there at once, so that it stays as it is from one round to the next. */
const BATCH_CODE = 0x21000000;
const STRIDE = 512;
export const BATCH = 256;
/** Where thunks return to: an undefined instruction. */
const END = BATCH_CODE + BATCH * STRIDE;

/** Runs cases on the machine under test. */
export class Subject {
  readonly machine: FlatMachine;

  constructor(options: FlatMachineOptions = {}) {
    this.machine = new FlatMachine({ frames: 256, ...options });
    this.machine.map(BATCH_CODE, BATCH * STRIDE + 0x1000);
    this.machine.map(DATA, DATA_BYTES);
    this.machine.map(CONTROL, 0x1000);
    this.machine.map(STACK, 0x1000);
    this.machine.write(END, [0x0f, 0x0b]);
  }

  /** Runs every case `rounds` times; the results of the last round, when hot code has been translated. */
  run(cases: readonly RandomCase[], rounds = 1): RandomResult[] {
    const results: RandomResult[] = [];
    for (let first = 0; first < cases.length; first += BATCH) {
      const batch = cases.slice(first, first + BATCH);
      for (const [n, test] of batch.entries()) this.machine.write(BATCH_CODE + n * STRIDE, thunk(test).code);
      let last: RandomResult[] = [];
      for (let round = 0; round < rounds; round++) last = batch.map((test, n) => this.runOne(test, n));
      results.push(...last);
    }
    return results;
  }

  private runOne(test: RandomCase, n: number): RandomResult {
    const { machine } = this;
    machine.resetCpu(3);
    machine.write(DATA, new Uint8Array(DATA_BYTES));
    machine.write(SCRATCH, test.scratch);
    if (test.fx) machine.write(FX_IN, test.fx);
    machine.write(STACK + 0x800, [END & 255, (END >>> 8) & 255, (END >>> 16) & 255, END >>> 24]);
    // Interrupts are on in any program.
    machine.set({ esp: STACK + 0x800, eflags: 0x202 });
    machine.run(BATCH_CODE + n * STRIDE, LIMIT);
    const { trap } = machine;
    const scratch = machine.read(SCRATCH, SCRATCH_BYTES);
    if (trap?.pc === END) {
      const words = Array.from({ length: 9 }, (_, index) => machine.read32(REGISTERS + 4 * index));
      const fx = test.fx ? machine.read(FX_OUT, FX_BYTES) : undefined;
      return { vector: -1, error: 0, eip: 0, registers: words.slice(0, 8), eflags: words[8]!, scratch, fx };
    }
    // A user's page fault says so in its error code.
    const error = trap?.vector === 14 ? trap.error | 4 : (trap?.error ?? 0);
    return {
      vector: trap?.vector ?? -2,
      error,
      eip: CODE + (trap?.pc ?? 0) - (BATCH_CODE + n * STRIDE),
      registers: machine.general(),
      eflags: machine.get('eflags'),
      scratch,
      fx: undefined,
    };
  }
}
