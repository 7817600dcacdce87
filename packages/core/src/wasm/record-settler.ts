import type { GuestMemory } from '../memory/guest-memory.ts';
import { HOME_BYTES, MAX_HOMES, operandOffset, tagOffset } from './control-words.ts';
import { CodeWriter, ModuleWriter, OPCODE, VOID } from './encoder.ts';
import type { SettleShape } from './region-module.ts';

/** Elements of the table of shapes at first; it grows by half of what it has. */
const SHAPES = 256;

/** What is made when the first shape is added. */
interface Settler {
  /** The shapes' functions, by tag. */
  readonly table: WebAssembly.Table;
  readonly settle: (record: number) => void;
}

/**
 * Computes deferred slots from a record in memory (control-words.ts) and empties it. It does so in
 * WebAssembly: regions settle where records meet (a callee's speaks of fewer slots than its caller's,
 * say), which a call into JavaScript and one out of it for each group makes ten times as dear.
 */
export class RecordSettler {
  private readonly memory: GuestMemory;
  private made: Settler | undefined;

  constructor(memory: GuestMemory) {
    this.memory = memory;
  }

  /** settle() for WebAssembly to import. */
  get imported(): (record: number) => void {
    return this.settler.settle;
  }

  add(tag: number, settle: SettleShape): void {
    const { table } = this.settler;
    if (tag >= table.length) table.grow(Math.max(tag + 1 - table.length, table.length >> 1));
    table.set(tag, settle);
  }

  /** Forgets all shapes. What was imported stays good. */
  clear(): void {
    const table = this.made?.table;
    for (let tag = 0; table !== undefined && tag < table.length; tag++) table.set(tag, null);
  }

  settle(record: number): void {
    if (this.memory.i32[record >> 2] !== 0) this.settler.settle(record);
  }

  private get settler(): Settler {
    this.made ??= createSettler(this.memory.memory);
    return this.made;
  }
}

function createSettler(memory: WebAssembly.Memory): Settler {
  const module = new ModuleWriter();
  const type = module.type(['i32'], []);
  module.importMemory('e', 'm');
  module.importTable('e', 't', SHAPES);
  module.addFunction(type, ['i32', 'i32', 'i32'], settleBody(type), 'settle');
  const table = new WebAssembly.Table({ element: 'anyfunc', initial: SHAPES });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), { e: { m: memory, t: table } });
  return { table, settle: instance.exports.settle as (record: number) => void };
}

/** (record): empties it, then has the shape in each home that is in use compute its slots. */
function settleBody(type: number): CodeWriter {
  const [record, homes, home, tag] = [0, 1, 2, 3];
  const code = new CodeWriter();
  code.get(record).memory(OPCODE.i32Load, 2, 0).i32Const(MAX_HOMES).op(0x76).set(homes);
  code.get(record).i32Const(0).memory(OPCODE.i32Store, 2, 0);
  code.byte(OPCODE.block).byte(VOID).byte(OPCODE.loop).byte(VOID);
  code.get(homes).op(0x45).brIf(1);
  code.get(homes).op(0x68).i32Const(HOME_BYTES).op(0x6c).get(record).op(0x6a).set(home);
  code.get(homes).get(homes).i32Const(1).op(0x6b).op(0x71).set(homes);
  code.get(home).memory(OPCODE.i32Load, 2, tagOffset(0)).tee(tag).op(0x45).brIf(0);
  code.get(home).i32Const(operandOffset(0, 0)).op(0x6a).get(tag);
  code.byte(OPCODE.callIndirect).u32(type).u32(0);
  return code.br(0).end().end();
}
