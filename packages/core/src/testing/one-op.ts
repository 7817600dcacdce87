import { Cpu } from '../cpu/cpu.ts';
import { Records } from '../interp/block-record.ts';
import { FLAT_FORMS, FLAT_NUMBER } from '../interp/flat-ops.ts';
import { Flattener } from '../interp/flatten.ts';
import { Interpreter } from '../interp/interpreter.ts';
import { BlockBuilder } from '../ir/builder.ts';
import { OP_NUMBER, OPS, type OpName, type OpSpec, type ValueType } from '../ir/ops.ts';
import { GuestMemory } from '../memory/guest-memory.ts';
import { STATE_BASE } from '../memory/memory-map.ts';
import { Mmu } from '../memory/mmu.ts';
import { toyIsa } from './toy-isa.ts';

/** A value as its 32-bit words, lowest first. */
export type Words = readonly number[];

export const WORDS: Record<ValueType, number> = { i32: 1, f32: 1, i64: 2, f64: 2, v128: 4 };

/** Runs single operations in the interpreter, on bit patterns. */
export class OneOp {
  private readonly cpu: Cpu;
  private readonly interpreter: Interpreter;
  private readonly flattener: Flattener;

  constructor() {
    const isa = toyIsa();
    const memory = new GuestMemory(4, 'little');
    this.cpu = new Cpu(memory, new Mmu(memory, 0xc000_0000), isa.layout, STATE_BASE);
    this.interpreter = new Interpreter(this.cpu, isa.helpers);
    this.flattener = new Flattener(memory);
  }

  /** The result's words. `imm` is a lane number; `constant` the lanes of a shuffle. */
  run(name: OpName, args: readonly Words[], imm = 0, constant?: readonly number[]): number[] {
    const spec: OpSpec = OPS[name];
    const b = new BlockBuilder(0, 0);
    b.beginInstruction(0, 1);
    const values = args.map((words, index) => this.constant(b, spec.args[index]!, words));
    if (constant) b.shuffle(values[0] as never, values[1] as never, constant);
    else b.emit(OP_NUMBER[name], values, imm);
    b.endWith({ kind: 'jump', target: 0 });
    const block = this.flattener.flatten(b.finish(4), false, 0, -1);
    this.interpreter.execute(block, 1);
    const { i32, memory } = this.cpu;
    const form = FLAT_FORMS[FLAT_NUMBER[OP_NUMBER[name]]!]!;
    const last = new Records(i32, memory.u16).end(block) - form.bytes;
    const place = memory.u16[(last + form.dst) >> 1]!;
    return [...i32.subarray(place, place + WORDS[spec.result!])];
  }

  private constant(b: BlockBuilder, type: ValueType, words: Words): number {
    switch (type) {
      case 'i32':
        return b.const(words[0]!);
      case 'f32':
        return b.f32OfBits(b.const(words[0]!));
      case 'i64':
        return b.constant64(words[0]!, words[1]!);
      case 'f64':
        return b.f64OfBits(b.constant64(words[0]!, words[1]!));
      default:
        return b.constantV([words[0]!, words[1]!, words[2]!, words[3]!]);
    }
  }
}
