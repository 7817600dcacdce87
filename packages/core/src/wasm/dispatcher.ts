import type { StateLayout } from '../cpu/layout.ts';
import type { Optimisations } from '../engine/optimisations.ts';
import { LOOKUP_ADDRESS, SITE_ADDRESS, STATE_BASE } from '../memory/memory-map.ts';
import { pushClockWord, storeClockWord } from './clock-word.ts';
import { LEAVE, LOOKUP_ENTRIES, SITE_ELSEWHERE, SITE_NONE } from './control-words.ts';
import { CodeWriter, ModuleWriter, OPCODE, VOID } from './encoder.ts';
import type { FixedModules } from './fixed-modules.ts';
import { REGION_PARAMETERS, REGION_RESULTS, REGION_TYPE } from './region-abi.ts';

export interface Dispatcher {
  /**
   * Runs the region in `slot`, and others after it as the look-up cache finds them, none with a caller, whatever
   * mode the CPU goes on in (SITE_ELSEWHERE): answers `stop` before running on from there, a pc that is not in the
   * cache, or LEAVE.
   */
  dispatch(pc: number, slot: number, mode: number, stack: number, stop: number): number;
  /** Runs one region. */
  invoke(pc: number, stack: number, back: number, slot: number): number;
  /** The regions' functions, by slot. */
  readonly table: WebAssembly.Table;
  /** Stands in table slots that have no region: answers its pc where there is no caller, else what `absent` does. */
  readonly stub: unknown;
}

/** Called where a region is called that is not there, with its arguments but the clock, which is in memory; gives its answer. */
export type Absent = (pc: number, stack: number, back: number) => number;

/** Elements of the function table. Each costs the host 0.15 microseconds when the table is made, which every start waits for. */
export const TABLE_SIZE = 1 << 13;

/** Where the CPU's pc and mode are in the memory. */
interface Words {
  readonly pc: number;
  readonly mode: number;
}

/** Of the optimisations: those that the dispatcher has a part in. */
type Variant = Pick<Optimisations, 'typedTable' | 'onwardDispatch'>;

/** @param modules makes its module */
export function createDispatcher(
  memory: WebAssembly.Memory,
  layout: StateLayout,
  { typedTable, onwardDispatch }: Variant,
  absent: Absent,
  modules: FixedModules,
): Dispatcher {
  const [pc, mode] = ['pc', 'mode'].map((name) => STATE_BASE + layout.slot(name, 'i32').offset) as [number, number];
  const make = () => dispatcherModule(typedTable, onwardDispatch ? { pc, mode } : undefined);
  const name = `dispatcher${typedTable ? '' : '-untyped'}${onwardDispatch ? '' : '-leaving'}`;
  if (typedTable) {
    const exports = modules.instantiate(name, make, { e: { m: memory, absent } });
    return exports as unknown as Dispatcher;
  }
  const table = new WebAssembly.Table({ element: 'anyfunc', initial: TABLE_SIZE, maximum: TABLE_SIZE });
  const exports = modules.instantiate(name, make, { e: { m: memory, absent, t: table } });
  table.set(0, exports.stub);
  return { ...(exports as unknown as Dispatcher), table };
}

/** Imports the regions' table into a module whose type REGION_TYPE is theirs. */
export function importRegionTable(module: ModuleWriter, typed: boolean): void {
  if (typed) module.importTypedTable('e', 't', TABLE_SIZE, REGION_TYPE);
  else module.importTable('e', 't', TABLE_SIZE);
}

/** @param words where the CPU goes on behind traps and faults; undefined: the engine sees to that */
function dispatcherModule(typed: boolean, words: Words | undefined): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter();
  const regionType = module.type(REGION_PARAMETERS, REGION_RESULTS);
  const dispatchType = module.type(['i32', 'i32', 'i32', 'i32', 'i32'], ['i32']);
  const invokeType = module.type(['i32', 'i32', 'i32', 'i32'], ['i32']);
  const absentNumber = module.importFunction('e', 'absent', module.type(['i32', 'i32', 'i32'], ['i32']));
  module.importMemory('e', 'm');
  if (!typed) importRegionTable(module, false);
  const stub = module.addFunction(regionType, [], stubBody(absentNumber), 'stub');
  if (typed) module.defineTypedTable('table', TABLE_SIZE, regionType, stub);
  module.addFunction(dispatchType, ['i32', 'i32', 'i64', 'i64'], dispatchBody(regionType, words), 'dispatch');
  module.addFunction(invokeType, ['i64'], invokeBody(regionType), 'invoke');
  return module.finish();
}

function stubBody(absent: number): CodeWriter {
  const [pc, stack, back, clock] = [0, 1, 2, 3];
  const code = new CodeWriter();
  code.get(back).i32Const(LEAVE).op(0x46).byte(OPCODE.if).byte(VOID);
  code.get(pc).get(clock).byte(OPCODE.return).end();
  storeClockWord(code, clock);
  code.get(pc).get(stack).get(back).call(absent);
  return pushClockWord(code);
}

/** (pc, stack, back, slot) */
function invokeBody(regionType: number): CodeWriter {
  const [pc, stack, back, slot, clock] = [0, 1, 2, 3, 4];
  const code = new CodeWriter();
  pushClockWord(code.get(pc).get(stack).get(back)).get(slot);
  code.byte(OPCODE.callIndirect).u32(regionType).u32(0).set(clock);
  return storeClockWord(code, clock);
}

function dispatchBody(regionType: number, words: Words | undefined): CodeWriter {
  const [pc, slot, mode, stack, stop, answer, entry, modeBits, clock] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const code = new CodeWriter();
  code.get(mode).op(0xad).i64Const(32, 0).op(0x86).set(modeBits);
  pushClockWord(code).set(clock);
  code.byte(OPCODE.loop).byte(VOID);
  code.get(pc).get(stack).i32Const(LEAVE).get(clock).get(slot);
  code.byte(OPCODE.callIndirect).u32(regionType).u32(0).set(clock).tee(answer);
  // A region that answers LEAVE, or where it began (a stub does): the engine looks.
  code.i32Const(LEAVE).op(0x46).byte(OPCODE.if).byte(VOID);
  if (words) {
    // Back from a trap, or a fault was delivered: the CPU goes on elsewhere. Anything else is the engine's to look at.
    code.i32Const(0).memory(OPCODE.i32Load, 2, SITE_ADDRESS).i32Const(SITE_ELSEWHERE).op(0x47);
    code.byte(OPCODE.if).byte(VOID);
    storeClockWord(code, clock).i32Const(LEAVE).byte(OPCODE.return).end();
    code.i32Const(0).i32Const(SITE_NONE).memory(OPCODE.i32Store, 2, SITE_ADDRESS);
    code.i32Const(0).memory(OPCODE.i32Load, 2, words.pc).set(answer);
    code.i32Const(0).memory(OPCODE.i32Load, 2, words.mode).op(0xad).i64Const(32, 0).op(0x86).set(modeBits);
  } else storeClockWord(code, clock).i32Const(LEAVE).byte(OPCODE.return);
  code.byte(OPCODE.else);
  // A stub answers where it began.
  code.get(answer).get(pc).op(0x46).byte(OPCODE.if).byte(VOID);
  storeClockWord(code, clock).get(answer).byte(OPCODE.return).end().end();
  code.get(answer).get(stop).op(0x46).byte(OPCODE.if).byte(VOID);
  storeClockWord(code, clock).get(answer).byte(OPCODE.return).end();
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
  return storeClockWord(code, clock).get(pc);
}
