import { Cpu } from '../cpu/cpu.ts';
import { BlockBuilder } from '../ir/builder.ts';
import { OP_NAMES, OP_NUMBER, OP_SPECS, type OpSpec, type ValueType } from '../ir/ops.ts';
import type { Helper, IsaBackend } from '../isa-backend.ts';
import { GuestMemory } from '../memory/guest-memory.ts';
import { CONTROL_END, PAGE_SHIFT, PAGE_SIZE, STATE_BASE } from '../memory/memory-map.ts';
import { Mmu } from '../memory/mmu.ts';
import { makePte, PTE_PRESENT, PTE_USER, PTE_WRITE } from '../memory/page-table.ts';
import { FLAT_NUMBER, VALUE_OP } from './flat-ops.ts';
import { Flattener } from './flatten.ts';
import { Interpreter } from './interpreter.ts';
import type { ValueOps } from './value-ops.ts';

/** V8 collects types from a function's eighth call on: two rounds of four cases later, and two that count. */
const ROUNDS = 4;
const KERNEL_BASE = 0xc000_0000;
const LOW_PAGE = 0x1000_0000;
/** As an int32 it is negative, as addresses of stacks and libraries are. */
const HIGH_PAGE = 0xb000_0000;
/** Free space behind the registers of any ISA. */
const SLOT = 0x1000;

/** Operands and an address for a run of all operations: small, overflowing, negative; aligned, unaligned, across a page. */
const CASES = [
  { a: 5, b: 3, address: LOW_PAGE },
  { a: 0x7fff_ffff, b: 0x7fff_ffff, address: LOW_PAGE + 5 },
  { a: -0x8000_0000, b: 1, address: LOW_PAGE + PAGE_SIZE - 1 },
  { a: -1, b: -2, address: HIGH_PAGE },
] as const;

let warm = false;

/**
 * Runs every operation of the interpreter a few times on a memory of its own, once in a process.
 *
 * V8 optimises the interpreter's loop for the operations and operands it has met, and throws the code
 * away at the first other one; a program's start meets a new one every few milliseconds and would
 * spend most of its time in V8's slowest tier. Nothing of the machine is touched but the places of values.
 */
export function warmUp(isa: IsaBackend, valueOps: ValueOps): void {
  if (warm) return;
  warm = true;
  // Small: V8 collects garbage for the size of a memory, whether it is used or not.
  const memory = new GuestMemory(4, isa.byteOrder, 1);
  const mmu = new Mmu(memory, KERNEL_BASE);
  mmu.activate(mmu.createSpace());
  [LOW_PAGE, LOW_PAGE + PAGE_SIZE, HIGH_PAGE].forEach((address, index) => {
    mmu.setEntry(mmu.current, address >>> PAGE_SHIFT, makePte(index + 1, PTE_PRESENT | PTE_USER | PTE_WRITE));
  });
  const cpu = new Cpu(memory, mmu, isa.layout, STATE_BASE);
  // Two of them, so that V8 expects any.
  const helpers: Helper[] = [(_, a) => a, (_, a, b) => a ^ b];
  const interpreter = new Interpreter(cpu, helpers, valueOps, (CONTROL_END >> 2) - 4);
  const flattener = new Flattener(cpu.i32, valueOps);
  const blocks = CASES.map(({ a, b, address }) =>
    flattener.flatten(everyOperation(a, b, address, helpers.length), false, 0, -1),
  );
  for (let round = 0; round < ROUNDS; round++) for (const block of blocks) interpreter.execute(block, block.count);
}

/** A block of an instruction for each operation, the last of which takes a trap. */
function everyOperation(a: number, b: number, address: number, helpers: number) {
  const builder = new BlockBuilder(0, 0);
  builder.beginInstruction(0, 1);
  const wide = builder.constant64(a, b);
  const first: Record<ValueType, number> = {
    i32: builder.const(a),
    i64: wide,
    f32: builder.f32OfBits(builder.const(a)),
    f64: builder.f64OfBits(wide),
    v128: builder.constantV([a, b, a, b]),
  };
  const second: Record<ValueType, number> = { ...first, i32: builder.const(b) };
  const at = builder.const(address);
  let valueOps = 0;
  OP_NAMES.forEach((name, number) => {
    const spec = OP_SPECS[number]!;
    // The constants are there; and two WebAssembly functions stand for all.
    if (spec.imm === 'constant' || (FLAT_NUMBER[number] === VALUE_OP && valueOps++ >= 2)) return;
    builder.beginInstruction(number, 1);
    const args = spec.args.map((type, index) => (index === 0 ? first[type] : second[type]));
    if (spec.effect === 'load' || spec.effect === 'store') args[0] = at;
    if (name.startsWith('peek') || name.startsWith('poke') || name === 'trapIf') args[0] = builder.const(0);
    for (const imm of immediates(spec, helpers)) builder.emit(number, args, imm);
  });
  builder.shuffle(builder.constantV([a, b, a, b]), builder.constantV([b, a, b, a]), new Array(16).fill(1));
  builder.beginInstruction(OP_NAMES.length, 1);
  builder.emit(OP_NUMBER.trapIf, [builder.const(1), builder.const(0)], 0);
  builder.endWith({ kind: 'jump', target: 0 });
  return builder.finish(OP_NAMES.length + 1);
}

function immediates(spec: OpSpec, helpers: number): readonly number[] {
  if (spec.imm === 'helper') return Array.from({ length: helpers }, (_, index) => index);
  if (spec.imm === 'slot' || spec.imm === 'state') return [SLOT];
  return [spec.imm === 'i32' ? 1 : 0];
}
