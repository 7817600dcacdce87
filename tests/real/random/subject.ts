import type { Cpu, IsaBackend, TranslatorFactory } from '@kml/core';
import { FlatMachine, type TrapSeen } from './flat-machine.ts';
import {
  BATCH,
  CODE,
  CODE_BYTES,
  codeAddress,
  DATA,
  DATA_BYTES,
  type RandomCase,
  type RandomResult,
  SCRATCH,
  SCRATCH_BYTES,
  type Signal,
} from './layout.ts';
import { readState, type StateField, writeState } from './state.ts';

/** More than the longest case takes. */
const LIMIT = 500;

export interface SubjectOptions {
  readonly isa: IsaBackend;
  /** First address of the kernel. */
  readonly kernelBase: number;
  /** Brings a CPU that was just reset to user mode. */
  readonly enterUser: (cpu: Cpu) => void;
  readonly fields: readonly StateField[];
  /** The instruction the code area is filled with: one that traps. */
  readonly stop: readonly number[];
  /** The signal Linux sends for a trap, with pc (as Linux reports it) and address where they are not the trap's. */
  readonly signalOf: (trap: TrapSeen) => Partial<Pick<RandomResult, 'pc' | 'address'>> & { readonly signal: Signal };
}

/** Runs cases on the machine under test. */
export class Subject {
  readonly machine: FlatMachine;
  private readonly options: SubjectOptions;
  private readonly fill: Uint8Array;

  constructor(options: SubjectOptions, engine: { hotness?: number; translator?: TranslatorFactory } = {}) {
    this.options = options;
    this.machine = new FlatMachine({ ...options, ...engine });
    this.machine.map(CODE, CODE_BYTES);
    this.machine.map(DATA, DATA_BYTES);
    this.fill = Uint8Array.from({ length: CODE_BYTES }, (_, i) => options.stop[i % options.stop.length]!);
  }

  /** Runs every case `rounds` times; the results of the last round, when hot code has been translated. */
  run(cases: readonly RandomCase[], rounds = 1): RandomResult[] {
    const results: RandomResult[] = [];
    for (let first = 0; first < cases.length; first += BATCH) {
      const batch = cases.slice(first, first + BATCH);
      this.machine.write(CODE, this.fill);
      for (const [n, one] of batch.entries()) this.machine.write(codeAddress(n), one.code);
      let last: RandomResult[] = [];
      for (let round = 0; round < rounds; round++) last = batch.map((one, n) => this.runOne(one, n));
      results.push(...last);
    }
    return results;
  }

  private runOne(one: RandomCase, n: number): RandomResult {
    const { machine, options } = this;
    machine.reset();
    machine.write(DATA, new Uint8Array(DATA_BYTES));
    machine.write(SCRATCH, one.scratch);
    writeState(options.fields, machine.cpu, one.state);
    machine.run(codeAddress(n) + (one.pcBits ?? 0), LIMIT);
    const state = readState(options.fields, machine.cpu);
    const scratch = machine.read(SCRATCH, SCRATCH_BYTES);
    const { trap } = machine;
    if (!trap) return { signal: 'loop', pc: machine.cpu.pc >>> 0, address: 0, state, scratch };
    const seen = { pc: trap.pc, address: trap.address, ...options.signalOf(trap) };
    const address = seen.signal === 'segv' || seen.signal === 'bus' ? seen.address : 0;
    return { signal: seen.signal, pc: seen.pc >>> 0, address: address >>> 0, state, scratch };
  }
}
