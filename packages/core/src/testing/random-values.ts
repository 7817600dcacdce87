import type { Value } from '../ir/block.ts';
import type { BlockBuilder } from '../ir/builder.ts';
import { LANES, OP_NAMES, OP_NUMBER, OPS, type OpName, type OpSpec, type ValueType } from '../ir/ops.ts';
import type { Random } from './random.ts';
import { toyLayout } from './toy-isa.ts';

type Any = Value & number;

/** Every pure operation with arguments, but for the one that not every host has. */
const PURE = OP_NAMES.filter(
  (name) => OPS[name].effect === 'pure' && OPS[name].args.length > 0 && name !== 'fusedF64x2',
);
const DIVISIONS = new Set<OpName>(['divS', 'divU', 'remS', 'remU', 'divS64', 'divU64', 'remS64', 'remU64']);

/** Slots that random programs compute with; pc, mode and the trap registers are not among them. */
export const I32_SLOTS = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => toyLayout.slot(`r${n}`, 'i32'));
export const I64_SLOTS = [0, 1].map((n) => toyLayout.slot(`l${n}`, 'i64'));
export const F64_SLOTS = [0, 1].map((n) => toyLayout.slot(`d${n}`, 'f64'));
export const V_SLOTS = [0, 1].map((n) => toyLayout.slot(`v${n}`, 'v128'));

/**
 * Random pure computations in one instruction: a pool of values by type that grows. Results that may
 * be NaN are replaced (scalars) or cleared (lanes), because which NaN an operation gives is left open
 * by WebAssembly and may differ from one compilation of it to another.
 */
export class RandomValues {
  private readonly b: BlockBuilder;
  private readonly random: Random;
  private readonly pool: Record<ValueType, Any[]> = { i32: [], i64: [], f32: [], f64: [], v128: [] };

  constructor(b: BlockBuilder, random: Random) {
    this.b = b;
    this.random = random;
  }

  /** A value of that type: one there is, or a new one from a slot or a constant. */
  value<T extends ValueType>(type: T): Value<T> {
    const known = this.pool[type];
    if (known.length > 0 && !this.random.oneIn(4)) return this.random.pick(known) as Value<T>;
    return this.add(type, this.source(type)) as Value<T>;
  }

  add(type: ValueType, value: Any): Any {
    this.pool[type].push(value);
    return value;
  }

  /** Adds a value that may be NaN, made a number. */
  addNumber(type: ValueType, value: Any): Any {
    return this.add(type, type === 'f64' ? this.numberF64(value) : type === 'f32' ? this.numberF32(value) : value);
  }

  /** One random pure operation. */
  step(): void {
    const { b, random } = this;
    const name = random.pick(PURE);
    const spec: OpSpec = OPS[name];
    if (name === 'shuffleV') {
      const lanes = Array.from({ length: 16 }, () => random.below(32));
      this.add('v128', b.shuffle(this.value('v128'), this.value('v128'), lanes) as Any);
      return;
    }
    const args = spec.args.map((type) => this.value(type) as Any);
    if (DIVISIONS.has(name)) args[1] = this.divisor(spec.args[1]!, args[1]!);
    const imm = spec.imm === 'lane' ? random.below(LANES[name]!) : 0;
    const result = b.emit(OP_NUMBER[name], args, imm) as Any;
    this.addNumber(spec.result!, spec.result === 'v128' ? this.numberV(name, result) : result);
  }

  private source(type: ValueType): Any {
    const { b, random } = this;
    switch (type) {
      case 'i32':
        return (random.oneIn(3) ? b.const(random.corner()) : b.get(random.pick(I32_SLOTS))) as Any;
      case 'i64':
        return (
          random.oneIn(3) ? b.constant64(random.corner(), random.corner()) : b.get64(random.pick(I64_SLOTS))
        ) as Any;
      case 'f64':
        return (random.oneIn(3) ? b.f64FromI32S(this.value('i32')) : b.getF64(random.pick(F64_SLOTS))) as Any;
      case 'f32':
        return b.f32FromI32S(this.value('i32')) as Any;
      default:
        return (
          random.oneIn(3)
            ? b.constantV([random.word(), random.corner(), random.word(), random.corner()])
            : b.getV(random.pick(V_SLOTS))
        ) as Any;
    }
  }

  /** From 1 to the largest positive number: no division by zero, no overflow. */
  private divisor(type: ValueType, value: Any): Any {
    const { b } = this;
    if (type === 'i32') return b.or(b.and(value as never, b.const(0x7fff_ffff)), b.const(1)) as Any;
    return b.or64(b.and64(value as never, b.constant64(-1, 0x7fff_ffff)), b.constant64(1, 0)) as Any;
  }

  private numberF64(value: Any): Any {
    const { b } = this;
    const bits = b.bitsOfF64(value as never);
    return b.f64OfBits(b.select64(bits, b.constant64(0, 0x3ff8_0000), b.eqF64(value as never, value as never))) as Any;
  }

  private numberF32(value: Any): Any {
    const { b } = this;
    const bits = b.bitsOfF32(value as never);
    return b.f32OfBits(b.select(bits, b.const(0x3fc0_0000), b.eqF32(value as never, value as never))) as Any;
  }

  private numberV(name: OpName, value: Any): Any {
    const { b } = this;
    const vector = value as never;
    if (/F64x2$/.test(name) && !/^(eq|ne|lt|gt|le|ge)/.test(name))
      return b.andV(vector, b.eqF64x2(vector, vector)) as Any;
    if (name === 'promoteLowF32x4') return b.andV(vector, b.eqF64x2(vector, vector)) as Any;
    if (name === 'demoteF64x2') return b.andV(vector, b.eqF32x4(vector, vector)) as Any;
    if (/F32x4$/.test(name) && !/^(eq|ne|lt|gt|le|ge)/.test(name))
      return b.andV(vector, b.eqF32x4(vector, vector)) as Any;
    return value;
  }
}
