import { PAGE_SHIFT, PTE_PRESENT } from '@kml/core';
import type { FrameRegisters, Kernel, ReadWord, UndescribedFrame } from '@kml/kernel';
import type { CodeMap, CodePlace } from './code-map.ts';
import { evaluate, type FrameContext } from './dwarf-expression.ts';
import type { FrameEntry } from './eh-frame.ts';
import { type FrameRule, type FrameRules, rulesAt } from './frame-rules.ts';
import type { LoadedFile } from './loaded-file.ts';

/** A chain longer than this is cut: the outermost callers are missing. */
const MOST_FRAMES = 256;

/** The functions that the current process stands in, innermost first: from frame descriptions (.eh_frame), else by the ABI's conventions. */
export function callChain(kernel: Kernel, code: CodeMap, pc: number): CodePlace[] {
  const walker = new Walker(kernel, code);
  return walker.walk(pc);
}

class Walker {
  private readonly registers: FrameRegisters;
  private readonly read: ReadWord;

  private readonly kernel: Kernel;
  private readonly code: CodeMap;

  constructor(kernel: Kernel, code: CodeMap) {
    this.kernel = kernel;
    this.code = code;
    this.registers = cpuColumns(kernel);
    this.read = (address) => quietWord(kernel, address) ?? code.word(address);
  }

  walk(pc: number): CodePlace[] {
    const places: CodePlace[] = [];
    const align = this.kernel.abi.isa.instructionAlign;
    let at: number | undefined = pc;
    // A return address lies behind the call.
    let back = 0;
    while (at !== undefined && at !== 0 && places.length < MOST_FRAMES) {
      const place = this.code.find(at - back);
      if (!place) break;
      places.push(place);
      const entry: FrameEntry | undefined = place.functions?.frameAt(place.address);
      const before = this.stack();
      at = entry
        ? this.described(place.functions!.file, entry, place.address)
        : this.undescribed(place, at - back, places.length === 1);
      if (at !== undefined) at = (at & -align) >>> 0;
      // A caller's frame lies above; a leaf's may be as high.
      if (places.length > 1 && (this.stack() ?? 0) >>> 0 <= (before ?? 0) >>> 0) break;
      back = entry?.common.signal ? 0 : align;
    }
    return places;
  }

  private stack(): number | undefined {
    return this.registers.get(this.kernel.abi.debug.stackWalk.stackPointer);
  }

  /** Goes to the caller by the frame description; answers the return address. */
  private described(file: LoadedFile, entry: FrameEntry, address: number): number | undefined {
    const rules = rulesAt(file, entry, address);
    const context: FrameContext = { register: (column) => this.registers.get(column), read: this.read };
    const cfa = rules && cfaOf(rules, file, context);
    if (rules === undefined || cfa === undefined) return undefined;
    const caller = new Map<number, number>();
    for (const [column, value] of this.registers) if (!rules.registers.has(column)) caller.set(column, value);
    for (const [column, rule] of rules.registers) {
      const value = valueBy(rule, column, cfa, file, context);
      if (value !== undefined) caller.set(column, value);
    }
    const result = caller.get(entry.common.returnColumn);
    if (!rules.registers.has(this.kernel.abi.debug.stackWalk.stackPointer))
      caller.set(this.kernel.abi.debug.stackWalk.stackPointer, cfa);
    replace(this.registers, caller);
    return result;
  }

  /** The same by the ABI's own ways; of the innermost function also by its return register. */
  private undescribed(place: CodePlace, at: number, innermost: boolean): number | undefined {
    const { outer, link } = this.kernel.abi.debug.stackWalk;
    const result = outer?.(this.registers, this.undescribedFrame(place, at));
    if (result !== undefined || link === undefined || !innermost) return result;
    const left = this.registers.get(link);
    const caller = left === undefined ? undefined : this.code.find(left - 1);
    const same = caller?.functions === place.functions && place.functions?.sameFunction(caller!.address, place.address);
    return same ? undefined : left;
  }

  private undescribedFrame({ functions, address }: CodePlace, pc: number): UndescribedFrame {
    const bias = pc - address;
    const start = functions?.startOf(address);
    const { tableSegment, functionStart } = this.kernel.abi.debug.stackWalk;
    const table = functions?.file.segments.find(({ type }) => type === tableSegment);
    return {
      pc,
      start: start === undefined ? functionStart?.(pc, this.read) : start + bias,
      table: table && { start: table.address + bias, end: table.address + bias + table.fileBytes },
      read: this.read,
    };
  }
}

function cfaOf({ cfa }: FrameRules, file: LoadedFile, context: FrameContext): number | undefined {
  if ('start' in cfa) return evaluate(file, cfa, context);
  const base = context.register(cfa.register);
  return base === undefined ? undefined : base + cfa.offset;
}

function valueBy(
  rule: FrameRule,
  column: number,
  cfa: number,
  file: LoadedFile,
  context: FrameContext,
): number | undefined {
  switch (rule.kind) {
    case 'same':
      return context.register(column);
    case 'undefined':
      return undefined;
    case 'at':
      return context.read(cfa + rule.offset);
    case 'is':
      return cfa + rule.offset;
    case 'register':
      return context.register(rule.register);
    case 'is-expression':
      return evaluate(file, rule, context, cfa);
    case 'at-expression': {
      const address = evaluate(file, rule, context, cfa);
      return address === undefined ? undefined : context.read(address);
    }
  }
}

function replace(registers: FrameRegisters, by: FrameRegisters): void {
  registers.clear();
  for (const [column, value] of by) registers.set(column, value);
}

function cpuColumns({ cpu, abi }: Kernel): FrameRegisters {
  const columns: FrameRegisters = new Map();
  const { slots } = abi.isa.layout;
  for (const [column, name] of abi.debug.stackWalk.columns) {
    const slot = slots.find((candidate) => candidate.name === name);
    if (slot?.type === 'i32') columns.set(column, cpu.get(slot));
  }
  return columns;
}

/** A word of the current process, where it is in memory; pages are neither brought in nor marked as used. */
function quietWord({ mmu, memory }: Kernel, address: number): number | undefined {
  const at = address >>> 0;
  const entry = mmu.entry(mmu.current, at >>> PAGE_SHIFT);
  if (!(entry & PTE_PRESENT) || at & 3) return undefined;
  return memory.i32[(memory.frameAddress(entry >>> PAGE_SHIFT) + (at & 0xfff)) >> 2];
}
