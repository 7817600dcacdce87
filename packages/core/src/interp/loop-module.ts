/**
 * The interpreter's loop as WebAssembly, made from the operation table: it needs no warming up, as the
 * same loop in JavaScript did (V8 optimised it for the operations it had met, and threw the code away
 * with the next), and NaN bits and 64-bit values pass through it unharmed.
 *
 * An operation is FLAT_STRIDE words of the memory (flat-ops.ts); places in them are byte addresses.
 * What is rare is left to imports, which read the operation where it lies.
 */
import { LANES, OP_NAMES, OP_NUMBER, OP_SPECS, OPS, type OpSpec, type ValueType } from '../ir/ops.ts';
import { PAGE_SIZE } from '../memory/memory-map.ts';
import { CodeWriter, ModuleWriter, OPCODE, VOID } from '../wasm/encoder.ts';
import { FLAT_STRIDE } from './flat-block.ts';
import { FLAT_COUNT, FLAT_NUMBER, MEMORY_FORMS, type MemoryForm, SHUFFLE, UNLESS, VALUE_OP } from './flat-ops.ts';

/** Parameters of the loop: where to begin and end, and the translation tables (byte addresses); then its locals. */
const IP = 0;
const END = 1;
const READ_TABLE = 2;
const WRITE_TABLE = 3;
const ADDRESS = 4;
const WORD = 5;
const VECTOR = 6;

/** Byte offsets of an operation's words. */
const AT = { op: 0, dst: 4, a: 8, b: 12, c: 16, imm: 20 } as const;
const STRIDE_BYTES = FLAT_STRIDE * 4;

const LOAD: Record<ValueType, number> = {
  i32: OPCODE.i32Load,
  i64: OPCODE.i64Load,
  f32: OPCODE.f32Load,
  f64: OPCODE.f64Load,
  v128: OPCODE.v128Load,
};
const STORE: Record<ValueType, number> = {
  i32: OPCODE.i32Store,
  i64: OPCODE.i64Store,
  f32: OPCODE.f32Store,
  f64: OPCODE.f64Store,
  v128: OPCODE.v128Store,
};
const ADD = OPS.add.wasm;
const AND = OPS.and.wasm;
const XOR = OPS.xor.wasm;
const EQZ = OPS.eqz.wasm;
const ROTL64 = OPS.rotl64.wasm;
/** Lanes of i8x16.shuffle that put the four words in reverse order. */
const REVERSED_WORDS = [0x0f0e0d0c, 0x0b0a0908, 0x07060504, 0x03020100];

/** Imports: operations that the loop leaves to others. Each gets the operation's byte address. */
const IMPORTS = ['slow', 'helper', 'cycles'] as const;

/**
 * The function of each operation that has no place in the loop itself, in the order of the module's
 * table; for lane operations that of lane 0, the others follow.
 */
export const VALUE_INDEX: readonly number[] = valueIndices();

function valueIndices(): number[] {
  let count = 0;
  return OP_NAMES.map((name, number) => {
    if (!isValueOp(number)) return -1;
    const index = count;
    count += LANES[name] ?? 1;
    return index;
  });
}

function isValueOp(number: number): boolean {
  const spec = OP_SPECS[number]!;
  return FLAT_NUMBER[number] === VALUE_OP && spec.effect === 'pure' && spec.args.length > 0 && spec.wasm !== 0;
}

/** The module's bytes, for guests of that byte order; `aligned`: accesses must be (IsaBackend.alignment); `relaxed`: the host has fusedF64x2. */
export function loopModule(bigEndian: boolean, aligned: boolean, relaxed: boolean): Uint8Array {
  const module = new ModuleWriter();
  const valueType = module.type(['i32', 'i32', 'i32', 'i32'], []);
  const loopType = module.type(['i32', 'i32', 'i32', 'i32'], ['i32']);
  const endType = module.type(['i32', 'i32'], ['i32']);
  const opType = module.type(['i32'], []);
  for (const name of IMPORTS) module.importFunction('h', name, name === 'slow' ? endType : opType);
  module.importMemory('m', 'm');
  const functions: number[] = [];
  OP_NAMES.forEach((name, number) => {
    if (!isValueOp(number)) return;
    // No lift uses it on such a host.
    if (name === 'fusedF64x2' && !relaxed) {
      functions.push(module.addFunction(valueType, [], new CodeWriter(1).byte(OPCODE.unreachable)));
      return;
    }
    for (let lane = 0; lane < (LANES[name] ?? 1); lane++) {
      functions.push(module.addFunction(valueType, [], valueFunction(OP_SPECS[number]!, lane)));
    }
  });
  const shuffle = module.addFunction(valueType, [], shuffleFunction());
  module.defineTable(functions);
  const body = new LoopEmitter(bigEndian, aligned, valueType, shuffle).emit();
  module.addFunction(loopType, ['i32', 'i32', 'v128'], body, 'loop');
  return module.finish();
}

/** dst ← op(a, b, c), operands loaded and the result stored by type. All parameters are byte addresses. */
function valueFunction(spec: OpSpec, lane: number): CodeWriter {
  const code = new CodeWriter(48).get(0);
  spec.args.forEach((type, index) => void code.get(index + 1).memory(LOAD[type], 0, 0));
  code.op(spec.wasm);
  if (spec.imm === 'lane') code.byte(lane);
  return code.memory(STORE[spec.result!], 0, 0);
}

/** i8x16.shuffle has its lanes in the instruction; here they come from memory: one swizzle for each operand. */
function shuffleFunction(): CodeWriter {
  const code = new CodeWriter(64).get(0);
  const load = (local: number) => code.get(local).memory(OPCODE.v128Load, 0, 0);
  load(1);
  load(3).op(OPS.swizzleV.wasm);
  load(2);
  load(3).i32Const(16).op(OPS.splat8.wasm).op(OPS.sub8x16.wasm).op(OPS.swizzleV.wasm);
  return code.op(OPS.orV.wasm).memory(OPCODE.v128Store, 0, 0);
}

/** Emits the loop: a br_table over the flat operation number, a case for each. */
class LoopEmitter {
  private readonly code = new CodeWriter(8192);
  private readonly bigEndian: boolean;
  private readonly aligned: boolean;
  private readonly valueType: number;
  private readonly shuffle: number;
  /** Label depth, within a case, of what goes on to the next operation. */
  private next = 0;

  constructor(bigEndian: boolean, aligned: boolean, valueType: number, shuffle: number) {
    this.bigEndian = bigEndian;
    this.aligned = aligned;
    this.valueType = valueType;
    this.shuffle = shuffle;
  }

  emit(): CodeWriter {
    const { code } = this;
    const cases = this.cases();
    code.byte(OPCODE.loop).byte(VOID).byte(OPCODE.block).byte(VOID);
    for (let number = 0; number < FLAT_COUNT; number++) code.byte(OPCODE.block).byte(VOID);
    code
      .get(IP)
      .memory(OPCODE.i32Load, 2, AT.op)
      .byte(OPCODE.brTable)
      .u32(FLAT_COUNT - 1);
    for (let number = 0; number < FLAT_COUNT; number++) code.u32(number);
    for (let number = 0; number < FLAT_COUNT; number++) {
      code.end();
      this.next = FLAT_COUNT - 1 - number;
      const emitCase = cases.get(number);
      if (emitCase === undefined) throw new TypeError(`no case for flat operation ${number}`);
      emitCase();
      code.br(this.next);
    }
    code.end();
    code.get(IP).i32Const(STRIDE_BYTES).op(ADD).tee(IP);
    code.get(END).op(OPS.ltU.wasm).brIf(0);
    return code.end().i32Const(0);
  }

  /** The cases by flat number; operations that share one do the same. */
  private cases(): Map<number, () => void> {
    const cases = new Map<number, () => void>();
    OP_NAMES.forEach((name, number) => {
      const flat = FLAT_NUMBER[number]!;
      const spec = OP_SPECS[number]!;
      const form = MEMORY_FORMS[name];
      if (cases.has(flat)) return;
      if (form) cases.set(flat, () => this.access(form));
      else if (spec.effect === 'pure' && spec.args.length > 0 && flat !== VALUE_OP) {
        cases.set(flat, () => this.pure(spec));
      }
    });
    const others: [keyof typeof OPS, () => void][] = [
      ['const32', () => this.result('i32', () => this.word(AT.imm))],
      ['wrap', () => this.move('i32', AT.a)],
      ['bitsOfF64', () => this.move('i64', AT.a)],
      ['get', () => this.move('i32', AT.imm)],
      ['get64', () => this.move('i64', AT.imm)],
      ['getV', () => this.move('v128', AT.imm)],
      ['set', () => this.moveTo(AT.imm, 'i32')],
      ['set64', () => this.moveTo(AT.imm, 'i64')],
      ['setV', () => this.moveTo(AT.imm, 'v128')],
      ['peek32', () => this.peek('i32')],
      ['peek64', () => this.peek('i64')],
      ['poke32', () => this.poke('i32')],
      ['poke64', () => this.poke('i64')],
      ['probeW', () => this.slow()],
      ['helper', () => this.import('helper')],
      ['cycles', () => this.import('cycles')],
      ['trapIf', () => this.trapIf()],
      ['const64', () => this.const64()],
      ['constV', () => this.result('v128', () => this.inlineConstant().memory(OPCODE.v128Load, 2, 0))],
    ];
    for (const [name, emitCase] of others) cases.set(FLAT_NUMBER[OP_NUMBER[name]]!, emitCase);
    cases.set(SHUFFLE, () => this.shuffleLanes());
    cases.set(VALUE_OP, () => this.callValueOp());
    cases.set(UNLESS, () => this.unless());
    return cases;
  }

  /** A word of the operation. */
  private word(at: number): CodeWriter {
    return this.code.get(IP).memory(OPCODE.i32Load, 2, at);
  }

  /** The value at the place in a word of the operation. */
  private value(at: number, type: ValueType): CodeWriter {
    return this.word(at).memory(LOAD[type], 2, 0);
  }

  private result(type: ValueType, emitValue: () => void): void {
    this.word(AT.dst);
    emitValue();
    this.code.memory(STORE[type], 2, 0);
  }

  private pure(spec: OpSpec): void {
    this.result(spec.result!, () => {
      spec.args.forEach((type, index) => void this.value(AT.a + 4 * index, type));
      this.code.op(spec.wasm);
    });
  }

  private move(type: ValueType, from: number): void {
    this.result(type, () => void this.value(from, type));
  }

  private moveTo(to: number, type: ValueType): void {
    this.word(to);
    this.value(AT.a, type).memory(STORE[type], 2, 0);
  }

  /** Address in the state: the argument plus the immediate. */
  private stateAddress(): CodeWriter {
    this.value(AT.a, 'i32');
    return this.word(AT.imm).op(ADD);
  }

  private peek(type: ValueType): void {
    this.result(type, () => void this.stateAddress().memory(LOAD[type], 2, 0));
  }

  private poke(type: ValueType): void {
    this.stateAddress();
    this.value(AT.b, type).memory(STORE[type], 2, 0);
  }

  private const64(): void {
    for (const [offset, at] of [
      [0, AT.imm],
      [4, AT.c],
    ] as const) {
      this.word(AT.dst);
      this.word(at).memory(OPCODE.i32Store, 2, offset);
    }
  }

  /** Address of constant words that lie near the operation. */
  private inlineConstant(): CodeWriter {
    this.code.get(IP);
    return this.word(AT.imm).op(ADD);
  }

  private shuffleLanes(): void {
    for (const at of [AT.dst, AT.a, AT.b]) this.word(at);
    this.inlineConstant().call(this.shuffle);
  }

  private callValueOp(): void {
    for (const at of [AT.dst, AT.a, AT.b, AT.c, AT.imm]) this.word(at);
    this.code.byte(OPCODE.callIndirect).u32(this.valueType).u32(0);
  }

  private import(name: (typeof IMPORTS)[number]): void {
    this.code.get(IP).call(IMPORTS.indexOf(name));
  }

  /** An access, or a probe, that the tables do not serve; the answer is where to end. */
  private slow(): void {
    this.code.get(IP).get(END).call(IMPORTS.indexOf('slow')).set(END);
  }

  /** A trap that is taken ends the loop, which answers where. */
  private trapIf(): void {
    this.value(AT.a, 'i32').byte(OPCODE.if).byte(VOID).get(IP).byte(OPCODE.return).end();
  }

  /** Without the condition: the result, and on behind the next operation. */
  private unless(): void {
    this.value(AT.a, 'i32').op(EQZ).byte(OPCODE.if).byte(VOID);
    this.move('i32', AT.b);
    this.code.get(IP).i32Const(STRIDE_BYTES).op(ADD).set(IP).end();
  }

  /** A guest access: through the page's translation word where there is one and the access stays in the page. */
  private access(form: MemoryForm): void {
    const { code } = this;
    const table = form.access === 'write' ? WRITE_TABLE : READ_TABLE;
    code.byte(OPCODE.block).byte(VOID);
    this.value(AT.a, 'i32').tee(ADDRESS).i32Const(12).op(OPS.shrU.wasm).i32Const(2).op(OPS.shl.wasm);
    code.get(table).op(ADD).memory(OPCODE.i32Load, 2, 0).tee(WORD).op(EQZ).brIf(0);
    this.checkExtent(form.bytes);
    if (form.store) {
      this.hostAddress(form.bytes);
      this.value(AT.b, form.type);
      this.swapWords(form.bytes);
      code.memory(form.opcode, 0, this.bigEndian ? 0 : 1);
    } else {
      this.result(form.type, () => {
        this.hostAddress(form.bytes);
        code.memory(form.opcode, 0, this.bigEndian ? 0 : 1);
        this.swapWords(form.bytes);
      });
    }
    code.br(this.next + 1).end();
    this.slow();
  }

  /** Leaves to the slow path what crosses a page or, in word-swapped memory or where that faults, is unaligned. */
  private checkExtent(bytes: number): void {
    const { code } = this;
    if (bytes === 1) return;
    if (this.aligned && bytes <= 8) {
      code
        .get(ADDRESS)
        .i32Const(bytes - 1)
        .op(AND)
        .brIf(0);
      return;
    }
    if (this.bigEndian)
      code
        .get(ADDRESS)
        .i32Const(Math.min(bytes, 4) - 1)
        .op(AND)
        .brIf(0);
    if (this.bigEndian && bytes <= 4) return;
    code
      .get(ADDRESS)
      .i32Const(PAGE_SIZE - 1)
      .op(AND)
      .i32Const(PAGE_SIZE - bytes)
      .op(OPS.gtU.wasm)
      .brIf(0);
  }

  /** Word-swapped memory has bytes at address^3, half-words at address^2. The word's 1 is added here, or by the access. */
  private hostAddress(bytes: number): void {
    const { code } = this;
    code.get(ADDRESS).get(WORD).op(ADD);
    if (!this.bigEndian) return;
    code.i32Const(1).op(ADD);
    if (bytes < 4) code.i32Const(4 - bytes).op(XOR);
  }

  /** Values of several words lie in reverse order of words. */
  private swapWords(bytes: number): void {
    if (!this.bigEndian) return;
    if (bytes === 8) this.code.i64Const(32, 0).op(ROTL64);
    if (bytes === 16) this.code.tee(VECTOR).get(VECTOR).op(OPS.shuffleV.wasm).words(REVERSED_WORDS);
  }
}
