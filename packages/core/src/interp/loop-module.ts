/**
 * The interpreter's loop as WebAssembly, made from the operation table: it needs no warming up, as the
 * same loop in JavaScript did (V8 optimised it for the operations it had met, and threw the code away
 * with the next), and NaN bits and 64-bit values pass through it unharmed.
 *
 * An operation is some half-words of the memory (flat-ops.ts). What is rare is left to imports, which
 * read the operation where it lies. From block to block the loop goes on by itself (chain-emitter.ts).
 */
import { LANES, OP_NAMES, OP_NUMBER, OP_SPECS, OPS, type OpSpec, type ValueType } from '../ir/ops.ts';
import { PAGE_SIZE, TABLE_SUPERVISOR, TABLE_WRITE, TABLES_ADDRESS, TRAP_ADDRESS } from '../memory/memory-map.ts';
import { CodeWriter, ModuleWriter, OPCODE, VOID } from '../wasm/encoder.ts';
import { BlockEnd, type ChainPlaces } from './chain-emitter.ts';
import {
  ACCESS_BYTES,
  FLAT_COUNT,
  FLAT_FORMS,
  FLAT_NUMBER,
  type FlatForm,
  MEMORY_FORMS,
  type MemoryForm,
  SET_THREE,
  SET_TWO,
  SHUFFLE,
  UNLESS,
  VALUE_OP,
} from './flat-ops.ts';
import {
  ADDRESS,
  END,
  IP,
  LIMIT,
  LOOP_LOCALS,
  LOOP_PARAMETERS,
  READ_TABLE,
  RUN,
  VECTOR,
  WORD,
  WRITE_TABLE,
} from './loop-abi.ts';

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
const SHL = OPS.shl.wasm;
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

/** What a loop is made for: the guest's byte order, whether accesses must be aligned (IsaBackend.alignment), whether the host has fusedF64x2, where pc and mode are. */
export interface LoopKind extends ChainPlaces {
  readonly bigEndian: boolean;
  readonly aligned: boolean;
  readonly relaxed: boolean;
}

/** The module's bytes. */
export function loopModule(kind: LoopKind): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter();
  const valueType = module.type(['i32', 'i32', 'i32', 'i32'], []);
  const loopType = module.type(LOOP_PARAMETERS, ['i32']);
  const endType = module.type(['i32', 'i32'], ['i32']);
  const opType = module.type(['i32'], []);
  for (const name of IMPORTS) module.importFunction('h', name, name === 'slow' ? endType : opType);
  module.importMemory('m', 'm');
  const functions: number[] = [];
  OP_NAMES.forEach((name, number) => {
    if (!isValueOp(number)) return;
    // No lift uses it on such a host.
    if (name === 'fusedF64x2' && !kind.relaxed) {
      functions.push(module.addFunction(valueType, [], new CodeWriter(1).byte(OPCODE.unreachable)));
      return;
    }
    for (let lane = 0; lane < (LANES[name] ?? 1); lane++) {
      functions.push(module.addFunction(valueType, [], valueFunction(OP_SPECS[number]!, lane)));
    }
  });
  const shuffle = module.addFunction(valueType, [], shuffleFunction());
  module.defineTable(functions);
  const body = new LoopEmitter(kind, valueType, shuffle).emit();
  module.addFunction(loopType, LOOP_LOCALS, body, 'loop');
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

/** i8x16.shuffle has its lanes in the instruction; here they come from memory (a byte address): one swizzle for each operand. */
function shuffleFunction(): CodeWriter {
  const code = new CodeWriter(64).get(0);
  const load = (local: number) => code.get(local).memory(OPCODE.v128Load, 0, 0);
  const lanes = () => code.get(3).memory(OPCODE.v128Load, 0, 0);
  load(1);
  lanes().op(OPS.swizzleV.wasm);
  load(2);
  lanes().i32Const(16).op(OPS.splat8.wasm).op(OPS.sub8x16.wasm).op(OPS.swizzleV.wasm);
  return code.op(OPS.orV.wasm).memory(OPCODE.v128Store, 0, 0);
}

/** Emits the loop: a br_table over the flat operation number, a case for each; around it that over blocks. */
class LoopEmitter {
  private readonly code = new CodeWriter(8192);
  private readonly kind: LoopKind;
  private readonly bigEndian: boolean;
  private readonly aligned: boolean;
  private readonly valueType: number;
  private readonly shuffle: number;
  /** Label depth, within a case, of what goes on to the next operation. */
  private next = 0;
  /** Form of the operation whose case is emitted. */
  private form: FlatForm = FLAT_FORMS[0]!;

  constructor(kind: LoopKind, valueType: number, shuffle: number) {
    this.kind = kind;
    this.bigEndian = kind.bigEndian;
    this.aligned = kind.aligned;
    this.valueType = valueType;
    this.shuffle = shuffle;
  }

  emit(): CodeWriter {
    const { code } = this;
    const chain = new BlockEnd(code, this.kind);
    code.byte(OPCODE.loop).byte(VOID);
    chain.begin();
    // A block without operations is at its end already.
    code.byte(OPCODE.block).byte(VOID);
    code.get(IP).get(END).op(OPS.geU.wasm).brIf(0);
    this.operations();
    code.end();
    chain.finish();
    return code.end().i32Const(RUN.look);
  }

  private operations(): void {
    const { code } = this;
    const cases = this.cases();
    code.byte(OPCODE.loop).byte(VOID).byte(OPCODE.block).byte(VOID);
    for (let number = 0; number < FLAT_COUNT; number++) code.byte(OPCODE.block).byte(VOID);
    code
      .get(IP)
      .memory(OPCODE.i32Load16U, 1, 0)
      .byte(OPCODE.brTable)
      .u32(FLAT_COUNT - 1);
    for (let number = 0; number < FLAT_COUNT; number++) code.u32(number);
    for (let number = 0; number < FLAT_COUNT; number++) {
      code.end();
      this.next = FLAT_COUNT - 1 - number;
      const emitCase = cases.get(number);
      if (emitCase === undefined) throw new TypeError(`no case for flat operation ${number}`);
      this.form = FLAT_FORMS[number]!;
      emitCase();
      this.step(this.form.bytes);
      code.br(this.next);
    }
    code.end();
    code.get(IP).get(END).op(OPS.ltU.wasm).brIf(0);
    code.end();
  }

  private step(bytes: number): void {
    this.code.get(IP).i32Const(bytes).op(ADD).set(IP);
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
      ['const32', () => this.result('i32', () => this.immediate())],
      ['wrap', () => this.result('i32', () => this.argument(0, 'i32'))],
      ['bitsOfF64', () => this.result('i64', () => this.argument(0, 'i64'))],
      ['get', () => this.get('i32')],
      ['get64', () => this.get('i64')],
      ['getV', () => this.get('v128')],
      ['set', () => this.set('i32')],
      ['set64', () => this.set('i64')],
      ['setV', () => this.set('v128')],
      ['peek32', () => this.peek('i32')],
      ['peek64', () => this.peek('i64')],
      ['poke32', () => this.poke('i32')],
      ['poke64', () => this.poke('i64')],
      ['probeW', () => this.slow()],
      ['helper', () => this.import('helper')],
      ['cycles', () => this.import('cycles')],
      ['trapIf', () => this.trapIf()],
      ['const64', () => this.result('i64', () => void this.code.get(IP).memory(OPCODE.i64Load, 1, this.form.imm))],
      ['constV', () => this.result('v128', () => this.inlineConstant().memory(OPCODE.v128Load, 0, 0))],
    ];
    for (const [name, emitCase] of others) cases.set(FLAT_NUMBER[OP_NUMBER[name]]!, emitCase);
    cases.set(SET_TWO, () => this.setSome(2));
    cases.set(SET_THREE, () => this.setSome(3));
    cases.set(SHUFFLE, () => this.shuffleLanes());
    cases.set(VALUE_OP, () => this.callValueOp());
    cases.set(UNLESS, () => this.unless());
    return cases;
  }

  /** The immediate of the operation. */
  private immediate(): CodeWriter {
    const { imm, immBytes } = this.form;
    return this.code.get(IP).memory(immBytes === 2 ? OPCODE.i32Load16U : OPCODE.i32Load, 1, imm);
  }

  /** Byte address of a place that the operation names. */
  private place(at: number): CodeWriter {
    return this.code.get(IP).memory(OPCODE.i32Load16U, 1, at).i32Const(2).op(SHL);
  }

  private argument(index: number, type: ValueType): CodeWriter {
    return this.place(this.form.a + 2 * index).memory(LOAD[type], 2, 0);
  }

  private result(type: ValueType, emitValue: () => void): void {
    this.place(this.form.dst);
    emitValue();
    this.code.memory(STORE[type], 2, 0);
  }

  private pure(spec: OpSpec): void {
    this.result(spec.result!, () => {
      spec.args.forEach((type, index) => void this.argument(index, type));
      this.code.op(spec.wasm);
    });
  }

  private get(type: ValueType): void {
    this.result(type, () => void this.immediate().memory(LOAD[type], 2, 0));
  }

  private set(type: ValueType): void {
    this.immediate();
    this.argument(0, type).memory(STORE[type], 2, 0);
  }

  private setSome(count: number): void {
    const { code, form } = this;
    for (let index = 0; index < count; index++) {
      code.get(IP).memory(OPCODE.i32Load16U, 1, form.imm + 2 * index);
      this.argument(index, 'i32').memory(STORE.i32, 2, 0);
    }
  }

  /** Address in the state: the argument plus the immediate. */
  private stateAddress(): CodeWriter {
    this.argument(0, 'i32');
    return this.immediate().op(ADD);
  }

  private peek(type: ValueType): void {
    this.result(type, () => void this.stateAddress().memory(LOAD[type], 2, 0));
  }

  private poke(type: ValueType): void {
    this.stateAddress();
    this.argument(1, type).memory(STORE[type], 2, 0);
  }

  /** Address of constant words that lie near the operation. */
  private inlineConstant(): CodeWriter {
    this.code.get(IP);
    return this.immediate().op(ADD);
  }

  private shuffleLanes(): void {
    for (const at of [this.form.dst, this.form.a, this.form.b]) this.place(at);
    this.inlineConstant().call(this.shuffle);
  }

  private callValueOp(): void {
    for (const at of [this.form.dst, this.form.a, this.form.b, this.form.c]) this.place(at);
    this.immediate();
    this.code.byte(OPCODE.callIndirect).u32(this.valueType).u32(0);
  }

  private import(name: (typeof IMPORTS)[number]): void {
    this.code.get(IP).call(IMPORTS.indexOf(name));
  }

  /** An access, or a probe, that the tables do not serve; the answer is where to end, 0 where it faults. */
  private slow(): void {
    this.code.get(IP).get(END).call(IMPORTS.indexOf('slow')).tee(END).op(EQZ).byte(OPCODE.if).byte(VOID);
    this.code.i32Const(RUN.fault).byte(OPCODE.return).end();
  }

  /** A trap that is taken ends the run; where is noted. */
  private trapIf(): void {
    this.argument(0, 'i32').byte(OPCODE.if).byte(VOID);
    this.code.i32Const(0).get(IP).memory(OPCODE.i32Store, 2, TRAP_ADDRESS);
    this.code.i32Const(RUN.trap).byte(OPCODE.return).end();
  }

  /** Without the condition: the result, and on behind the next operation. */
  private unless(): void {
    this.argument(0, 'i32').op(EQZ).byte(OPCODE.if).byte(VOID);
    this.result('i32', () => this.argument(1, 'i32'));
    this.step(ACCESS_BYTES);
    this.code.end();
  }

  /** A guest access: through the page's translation word where there is one and the access stays in the page. */
  private access(form: MemoryForm): void {
    const { code } = this;
    code.byte(OPCODE.block).byte(VOID);
    // Operations that are run one by one may be observed.
    if (form.supervisor) code.get(LIMIT).brIf(0);
    this.argument(0, 'i32').tee(ADDRESS).i32Const(12).op(OPS.shrU.wasm).i32Const(2).op(OPS.shl.wasm);
    this.translationWord(form);
    code.tee(WORD).op(EQZ).brIf(0);
    this.checkExtent(form.bytes);
    if (form.store) {
      this.hostAddress(form.bytes);
      this.argument(1, form.type);
      this.swapWords(form.bytes);
      code.memory(form.opcode, 0, this.bigEndian ? 0 : 1);
    } else {
      this.result(form.type, () => {
        this.hostAddress(form.bytes);
        code.memory(form.opcode, 0, this.bigEndian ? 0 : 1);
        this.swapWords(form.bytes);
      });
    }
    this.step(this.form.bytes);
    code.br(this.next + 1).end();
    this.slow();
  }

  /** The word at an offset (on the stack) of the table that the access goes by. */
  private translationWord({ access, supervisor }: MemoryForm): void {
    const { code } = this;
    const write = access === 'write';
    if (!supervisor) {
      code
        .get(write ? WRITE_TABLE : READ_TABLE)
        .op(ADD)
        .memory(OPCODE.i32Load, 2, 0);
      return;
    }
    code.i32Const(0).memory(OPCODE.i32Load, 2, TABLES_ADDRESS).op(ADD);
    code.memory(OPCODE.i32Load, 2, TABLE_SUPERVISOR + (write ? TABLE_WRITE : 0));
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
