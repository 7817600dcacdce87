import type { GuestMemory } from '../memory/guest-memory.ts';
import { operandOffset, SPOKEN_OF } from './control-words.ts';
import { CodeWriter, ModuleWriter, OPCODE, VOID } from './encoder.ts';
import type { SettleShape } from './region-module.ts';
import { MAX_GROUPS } from './shapes.ts';

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
    const { i32 } = this.memory;
    if ((i32[record >> 2]! | i32[(record >> 2) + 1]!) === 0) i32[(record + SPOKEN_OF) >> 2] = 0;
    else this.settler.settle(record);
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
  module.addFunction(type, ['i64', 'i32'], settleBody(type), 'settle');
  const table = new WebAssembly.Table({ element: 'anyfunc', initial: SHAPES });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), { e: { m: memory, t: table } });
  return { table, settle: instance.exports.settle as (record: number) => void };
}

/** (record): empties it, then has the shape of each group that has one compute its slots. */
function settleBody(type: number): CodeWriter {
  const [record, tags, tag] = [0, 1, 2];
  const code = new CodeWriter();
  code.get(record).memory(OPCODE.i64Load, 3, 0).set(tags);
  code.get(record).i64Const(0, 0).memory(OPCODE.i64Store, 3, 0);
  code.get(record).i32Const(0).memory(OPCODE.i32Store, 2, SPOKEN_OF);
  for (let group = 0; group < MAX_GROUPS; group++) {
    code.get(tags);
    if (group > 0) code.i64Const(16 * group, 0).op(0x88);
    code.op(0xa7).i32Const(0xffff).op(0x71).tee(tag);
    code.byte(OPCODE.if).byte(VOID);
    code.get(record).i32Const(operandOffset(group, 0)).op(0x6a).get(tag);
    code.byte(OPCODE.callIndirect).u32(type).u32(0).end();
  }
  return code;
}
