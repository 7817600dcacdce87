import type { GuestMemory } from '../memory/guest-memory.ts';
import { HOME_BYTES, MAX_HOMES, operandOffset, tagOffset } from './control-words.ts';
import { CodeWriter, ModuleWriter, OPCODE, VOID } from './encoder.ts';
import type { FixedModules } from './fixed-modules.ts';
import { SHAPE_PARAMETERS, type ShapeFunction } from './shape-function.ts';

/** Elements of the table of shapes at first; it grows by half of what it has. */
const SHAPES = 256;
/** Functions that an earlier run needed one after the other are made so many at once: a module costs more than they do. */
const TOGETHER = 16;

/** Computes a shape's slots from the operands at this byte address. */
type SettleShape = (operands: number, tag: number) => void;

/** What is made when the first region is. */
interface Settler {
  /** The shapes' functions, by tag. */
  readonly table: WebAssembly.Table;
  /** Stands for those that nobody needed yet. */
  readonly absent: unknown;
  readonly settle: (record: number) => void;
}

/**
 * Computes deferred slots from a record in memory (control-words.ts) and empties it. It does so in
 * WebAssembly: regions settle where records meet (a callee's speaks of fewer slots than its caller's,
 * say), which a call into JavaScript and one out of it for each group makes ten times as dear. Few shapes are ever
 * computed: each gets its function when it is first, with those that an earlier run computed first soon after it.
 */
export class RecordSettler {
  private readonly memory: GuestMemory;
  private readonly functionOf: (tag: number) => ShapeFunction;
  private readonly modules: FixedModules;
  private made: Settler | undefined;
  /** Tags that functions are to be made of together, in the order in which they were first needed. */
  private expected: readonly number[] = [];
  /** Tags that have their functions, as they came. */
  private readonly defined = new Set<number>();

  /**
   * @param modules makes the settler's module
   * @param functionOf gives the function of the shape with this tag
   */
  constructor(memory: GuestMemory, modules: FixedModules, functionOf: (tag: number) => ShapeFunction) {
    this.memory = memory;
    this.modules = modules;
    this.functionOf = functionOf;
  }

  /** settle() for WebAssembly to import. */
  get imported(): (record: number) => void {
    return this.settler.settle;
  }

  /** Makes room for so many shapes. */
  extend(shapes: number): void {
    const { table, absent } = this.settler;
    const missing = shapes + 1 - table.length;
    if (missing > 0) table.grow(Math.max(missing, table.length >> 1), absent);
  }

  /** Tags that were needed, first those of earlier runs. */
  get needed(): number[] {
    return [...new Set([...this.expected, ...this.defined])];
  }

  /** An earlier run needed these. */
  expect(tags: readonly number[]): void {
    this.expected = tags;
  }

  /** Forgets all shapes. What was imported stays good. */
  clear(): void {
    this.expected = [];
    this.defined.clear();
    if (this.made === undefined) return;
    const { table, absent } = this.made;
    for (let tag = 0; tag < table.length; tag++) table.set(tag, absent);
  }

  settle(record: number): void {
    if (this.memory.i32[record >> 2] !== 0) this.settler.settle(record);
  }

  private get settler(): Settler {
    this.made ??= createSettler(this.memory.memory, (operands, tag) => this.define(tag)(operands, tag), this.modules);
    return this.made;
  }

  /** Makes the function of a shape, and those expected with it. */
  private define(tag: number): SettleShape {
    const module = new ModuleWriter();
    const type = module.type(SHAPE_PARAMETERS, []);
    module.importMemory('e', 'm');
    const tags = this.together(tag);
    for (const each of tags) {
      const { locals, body } = this.functionOf(each);
      module.addFunction(type, locals, body, String(each));
    }
    const { memory } = this.memory;
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), { e: { m: memory } });
    const { table } = this.settler;
    for (const each of tags) {
      table.set(each, exports[each]);
      this.defined.add(each);
    }
    return exports[tag] as SettleShape;
  }

  private together(tag: number): readonly number[] {
    const at = this.expected.indexOf(tag);
    if (at < 0) return [tag];
    return this.expected.slice(at, at + TOGETHER).filter((each) => !this.defined.has(each));
  }
}

function createSettler(memory: WebAssembly.Memory, absent: SettleShape, modules: FixedModules): Settler {
  const table = new WebAssembly.Table({ element: 'anyfunc', initial: 0 });
  const exports = modules.instantiate('settler', settlerModule, { e: { m: memory, t: table, absent } });
  table.grow(SHAPES, exports.absent);
  return { table, absent: exports.absent, settle: exports.settle as (record: number) => void };
}

function settlerModule(): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter();
  const shapeType = module.type(SHAPE_PARAMETERS, []);
  const type = module.type(['i32'], []);
  const define = module.importFunction('e', 'absent', shapeType);
  module.importMemory('e', 'm');
  module.importTable('e', 't', 0);
  module.addFunction(type, ['i32', 'i32', 'i32'], settleBody(shapeType), 'settle');
  module.addFunction(shapeType, [], new CodeWriter().get(0).get(1).call(define), 'absent');
  return module.finish();
}

/** (record): empties it, then has the shape in each home that is in use compute its slots. */
function settleBody(shapeType: number): CodeWriter {
  const [record, homes, home, tag] = [0, 1, 2, 3];
  const code = new CodeWriter();
  code.get(record).memory(OPCODE.i32Load, 2, 0).i32Const(MAX_HOMES).op(0x76).set(homes);
  code.get(record).i32Const(0).memory(OPCODE.i32Store, 2, 0);
  code.byte(OPCODE.block).byte(VOID).byte(OPCODE.loop).byte(VOID);
  code.get(homes).op(0x45).brIf(1);
  code.get(homes).op(0x68).i32Const(HOME_BYTES).op(0x6c).get(record).op(0x6a).set(home);
  code.get(homes).get(homes).i32Const(1).op(0x6b).op(0x71).set(homes);
  code.get(home).memory(OPCODE.i32Load, 2, tagOffset(0)).tee(tag).op(0x45).brIf(0);
  code.get(home).i32Const(operandOffset(0, 0)).op(0x6a).get(tag).get(tag);
  code.byte(OPCODE.callIndirect).u32(shapeType).u32(0);
  return code.br(0).end().end();
}
