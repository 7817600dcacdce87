import { LOOKUP_ADDRESS } from '../memory/memory-map.ts';
import { LEAVE, LOOKUP_ENTRIES, STACK_BUDGET } from './control-words.ts';
import { CodeWriter, ModuleWriter, OPCODE, VOID } from './encoder.ts';

/** Runs regions one after another as the look-up cache finds them; answers the pc that it has not, or LEAVE. */
export type Dispatch = (pc: number, slot: number, mode: number) => number;

export interface Dispatcher {
  readonly dispatch: Dispatch;
  /** Stands in table slots that have no region: answers its pc. */
  readonly stub: unknown;
}

/** Elements of the function table. */
export const TABLE_SIZE = 1 << 16;

/** Builds the dispatcher's module. */
export function createDispatcher(memory: WebAssembly.Memory, table: WebAssembly.Table): Dispatcher {
  const module = new ModuleWriter();
  const regionType = module.type(['i32', 'i32'], ['i32']);
  const dispatchType = module.type(['i32', 'i32', 'i32'], ['i32']);
  module.importMemory('e', 'm');
  module.importTable('e', 't', TABLE_SIZE);
  module.addFunction(regionType, [], new CodeWriter().get(0), 'stub');
  module.addFunction(dispatchType, ['i32', 'i32', 'i64'], dispatchBody(regionType), 'dispatch');
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), { e: { m: memory, t: table } });
  return { dispatch: instance.exports.dispatch as Dispatch, stub: instance.exports.stub };
}

function dispatchBody(regionType: number): CodeWriter {
  const [pc, slot, mode, answer, entry, modeBits] = [0, 1, 2, 3, 4, 5];
  const code = new CodeWriter();
  code.get(mode).op(0xad).i64Const(32, 0).op(0x86).set(modeBits);
  code.byte(OPCODE.loop).byte(VOID);
  code.get(pc).i32Const(STACK_BUDGET).get(slot).byte(OPCODE.callIndirect).u32(regionType).u32(0).tee(answer);
  // A region that answers LEAVE, or where it began (a stub does): the engine looks.
  code.i32Const(LEAVE).op(0x46).get(answer).get(pc).op(0x46).op(0x72);
  code.byte(OPCODE.if).byte(VOID).get(answer).byte(OPCODE.return).end();
  code.get(answer).tee(pc).get(pc).i32Const(4).op(0x76).op(0x73);
  code
    .i32Const(LOOKUP_ENTRIES - 1)
    .op(0x71)
    .i32Const(4)
    .op(0x74);
  code.i32Const(0).memory(OPCODE.i32Load, 2, LOOKUP_ADDRESS).op(0x6a).tee(entry);
  code.memory(OPCODE.i32Load, 2, 8).set(slot);
  code.get(entry).memory(OPCODE.i64Load, 3, 0).get(pc).op(0xad).get(modeBits).op(0x84).op(0x51).brIf(0);
  code.end();
  return code.get(pc);
}
