import type { I32, Value } from '../ir/block.ts';
import type { BlockBuilder } from '../ir/builder.ts';
import type { IsaBackend, LiftContext, LiftResult } from '../isa-backend.ts';
import { mix, Random } from './random.ts';
import { F64_SLOTS, I32_SLOTS, I64_SLOTS, RandomValues, V_SLOTS } from './random-values.ts';
import { TOY_INTERRUPT, TOY_SUPERVISOR, TOY_TRAP_IF, toyIsa, toyLayout } from './toy-isa.ts';
import { KERNEL_TEXT, USER_CODE, USER_DATA } from './toy-machine.ts';

const LOADS_IF = ['load8uIf', 'load8sIf', 'load16uIf', 'load16sIf', 'load32If'] as const;
const STORES_IF = ['store8If', 'store16If', 'store32If'] as const;

/**
 * Random programs in IR, for comparing the interpreter with the translator: an ISA whose instruction
 * at an address is a random one, decided by the seed, the address and the four bytes there (so that a
 * program that stores into its code changes). Every operation of the table occurs; memory accesses go
 * to mapped data, across pages, to unmapped pages and into the code; control goes everywhere within
 * the program. A trap goes to kernel text, which makes a kernel call and returns behind the instruction
 * (an interrupt: to it).
 */
export interface RandomProgram {
  readonly seed: number;
  /** Instructions of the program, a power of two up to 2048; it lies at USER_CODE. */
  readonly size: number;
  readonly byteOrder?: 'little' | 'big';
}

const SCRATCH = toyLayout.array('scratch').offset;
const EPC = toyLayout.slot('epc', 'i32');
const EMODE = toyLayout.slot('emode', 'i32');
const CAUSE = toyLayout.slot('cause', 'i32');
const EIE = toyLayout.slot('eie', 'i32');
const IE = toyLayout.slot('ie', 'i32');
const R1 = I32_SLOTS[1]!;
const R7 = I32_SLOTS[7]!;
/** System routines of the random ISA. */
const TRAP_RETURN = 0;
const MIX_REGISTERS = 1;
const MAY_FAULT = 2;

export function randomIsa(program: RandomProgram): IsaBackend {
  const toy = toyIsa(program.byteOrder);
  const span = program.size * 4;
  const within = (address: number): number => USER_CODE + ((address - USER_CODE) & (span - 4));
  return {
    ...toy,
    lift: (context, pc) => liftRandom(context, pc, program, within),
    systemRoutines: [
      (cpu) => {
        cpu.pc = cpu.get(CAUSE) >= TOY_INTERRUPT ? cpu.get(EPC) : within(cpu.get(EPC) + 4);
        cpu.mode = cpu.get(EMODE);
        cpu.set(IE, cpu.get(EIE));
      },
      (cpu, a, b, c, next) => {
        cpu.set(R1, cpu.get(R1) ^ mix(a, b, c));
        cpu.pc = next;
      },
      (cpu, a, b, _, next) => {
        if ((a & 3) === 0) cpu.fault(9, b);
        cpu.pc = next;
      },
    ],
  };
}

function liftRandom(
  context: LiftContext,
  pc: number,
  program: RandomProgram,
  within: (address: number) => number,
): LiftResult {
  let bytes = 0;
  for (let i = 0; i < 4; i++) {
    const byte = context.code.byte((pc + i) | 0);
    if (byte < 0) return { kind: 'fetch', address: (pc + i) | 0 };
    bytes = (bytes << 8) | byte;
  }
  const random = new Random(mix(program.seed, pc, bytes));
  context.builder.beginInstruction(pc, 1 + random.below(9));
  if (context.kernelText && (context.mode & TOY_SUPERVISOR) !== 0)
    liftHandler(context.builder, pc, random, program.size);
  else new RandomInstruction(context.builder, random, pc, within, program.seed).emit();
  return { kind: 'ok', length: 4 };
}

/** The trap handler: a kernel call or more, then the return. */
function liftHandler(b: BlockBuilder, pc: number, random: Random, size: number): void {
  if (pc === (KERNEL_TEXT | 0) || random.oneIn(3))
    b.endWith({ kind: 'kernelCall', number: random.below(100), next: (pc + 4) | 0 });
  else if (random.oneIn(2)) b.endWith({ kind: 'system', routine: TRAP_RETURN, args: [], next: (pc + 4) | 0 });
  else {
    const epc = b.get(EPC);
    const behind = b.and(b.add(b.sub(epc, b.const(USER_CODE)), b.const(4)), b.const(4 * size - 4));
    const isInterrupt = b.geS(b.get(CAUSE), b.const(TOY_INTERRUPT));
    const target = b.select(epc, b.add(behind, b.const(USER_CODE)), isInterrupt);
    b.set(b.get(EIE), IE);
    // Of no effect, whatever comes of it.
    const comesBack = random.oneIn(2) || undefined;
    b.endWith({ kind: 'switchMode', target, mode: b.get(EMODE), next: (pc + 4) | 0, comesBack });
  }
}

/** One random instruction: computation and accesses first, then what it writes, perhaps a terminal. */
class RandomInstruction {
  private readonly b: BlockBuilder;
  private readonly random: Random;
  private readonly pc: number;
  private readonly within: (address: number) => number;
  private readonly values: RandomValues;
  /** Instructions to a block, about. */
  private readonly blockLength: number;

  constructor(b: BlockBuilder, random: Random, pc: number, within: (address: number) => number, seed: number) {
    this.b = b;
    this.random = random;
    this.pc = pc;
    this.within = within;
    this.blockLength = 4 + 5 * (seed % 3);
    this.values = new RandomValues(b, random);
  }

  emit(): void {
    const { random } = this;
    if (random.oneIn(12)) return; // a no-operation
    for (let n = random.below(5); n > 0; n--) this.values.step();
    for (let n = random.pick([0, 0, 1, 1, 2]); n > 0; n--) {
      this.access();
      this.values.step();
    }
    if (random.oneIn(10)) this.trapIf();
    const terminal = random.oneIn(this.last ? 1 : this.blockLength) ? random.below(12) : -1;
    if (terminal === 9) this.system();
    else if (terminal === 10) this.trap(false);
    else {
      for (let n = random.below(4); n > 0; n--) this.write();
      if (terminal >= 0) this.end(terminal);
    }
  }

  /** The last instruction of the program must not run on. */
  private get last(): boolean {
    return this.within(this.pc + 4) !== this.pc + 4;
  }

  /** An address: of its own, or near one that other instructions use, too. */
  private address(): I32 {
    const { b, random } = this;
    if (random.oneIn(2)) return this.freshAddress();
    const base = b.and(b.get(R7), b.const(0x1fff));
    return b.add(base, b.const(USER_DATA + random.below(96) - 40));
  }

  /** Mostly in the two data pages, sometimes at their seam or end, in the code, or unmapped. */
  private freshAddress(): I32 {
    const { b, random, values } = this;
    const value = values.value('i32');
    const masked = (mask: number, base: number): I32 => b.add(b.and(value, b.const(mask)), b.const(base));
    switch (random.below(16)) {
      case 0:
        return masked(0x1f, USER_DATA + 0xff0);
      case 1:
        return masked(0x1f, USER_DATA + 0x1ff0);
      case 2:
        return masked(0xfff, USER_DATA + 0x5000);
      case 3:
        return masked(0x7fc, USER_CODE);
      case 4:
        return masked(0xff, KERNEL_TEXT);
      default:
        return masked(random.oneIn(2) ? 0x1ffc : 0x1fef, USER_DATA);
    }
  }

  private access(): void {
    const { b, random, values } = this;
    const at = this.address();
    if (random.oneIn(5)) b.trapIf(b.and(at, b.const(random.pick([1, 3, 7]))), values.value('i32'), TOY_TRAP_IF);
    switch (random.below(23)) {
      case 0:
        values.add('i32', b.load8u(at));
        break;
      case 1:
        values.add('i32', b.load8s(at));
        break;
      case 2:
        values.add('i32', b.load16u(at));
        break;
      case 3:
        values.add('i32', b.load16s(at));
        break;
      case 4:
        values.add('i32', b.load32(at));
        break;
      case 5:
        values.add('i64', b.load64(at));
        break;
      case 6:
        values.addNumber('f32', b.loadF32(at) as Value);
        break;
      case 7:
        values.addNumber('f64', b.loadF64(at) as Value);
        break;
      case 8:
        values.add('v128', b.loadV(at));
        break;
      case 9:
        values.add('i32', b.load8uW(at));
        break;
      case 10:
        values.add('i32', b.load16uW(at));
        break;
      case 11:
        values.add('i32', random.oneIn(2) ? b.load32W(at) : b.load32S(at));
        break;
      case 12:
        values.add('i64', b.load64W(at));
        break;
      case 13:
        b.store8(at, values.value('i32'));
        break;
      case 14:
        b.store16(at, values.value('i32'));
        break;
      case 15:
        if (random.oneIn(3)) b.store32S(at, values.value('i32'));
        else b.store32(at, values.value('i32'));
        break;
      case 16:
        b.store64(at, values.value('i64'));
        break;
      case 17:
        if (random.oneIn(2)) b.storeF32(at, values.value('f32'));
        else b.storeF64(at, values.value('f64'));
        break;
      case 18:
      case 19:
        values.add('i32', b[random.pick(LOADS_IF)](at, this.condition(), values.value('i32')));
        break;
      case 20:
        b[random.pick(STORES_IF)](at, values.value('i32'), this.condition());
        break;
      case 21:
        this.run(at);
        break;
      default:
        if (random.oneIn(3)) b.probeW(at, 1 + random.below(16));
        else b.storeV(at, values.value('v128'));
        break;
    }
  }

  /** Words loaded from, or stored to, ascending addresses. */
  private run(at: I32): void {
    const { b, random, values } = this;
    const stores = random.oneIn(2);
    const start = random.oneIn(2) ? at : b.and(at, b.const(~3));
    for (let n = 0, count = 2 + random.below(6); n < count; n++) {
      const address = n === 0 ? start : b.add(start, b.const(4 * n));
      if (stores) b.store32(address, values.value('i32'));
      else values.add('i32', b.load32(address));
    }
  }

  /** Often 0, often not. */
  private condition(): I32 {
    const { b, values } = this;
    return b.and(values.value('i32'), b.const(this.random.oneIn(2) ? 1 : 6));
  }

  private trapIf(): void {
    const { b, values } = this;
    b.trapIf(b.eqz(b.and(values.value('i32'), b.const(7))), values.value('i32'), TOY_TRAP_IF);
  }

  /** Something written: a slot, the scratch array, or the helper's counter. */
  private write(): void {
    const { b, random, values } = this;
    const index = (mask: number): I32 => b.and(values.value('i32'), b.const(mask));
    switch (random.below(10)) {
      case 0:
        b.set64(values.value('i64'), random.pick(I64_SLOTS));
        break;
      case 1:
        b.setF64(values.value('f64'), random.pick(F64_SLOTS));
        break;
      case 2:
        b.setV(values.value('v128'), random.pick(V_SLOTS));
        break;
      case 3:
        b.poke32(index(0x3c), values.value('i32'), SCRATCH);
        values.add('i32', b.peek32(index(0x3c), SCRATCH));
        break;
      case 4:
        b.poke64(index(0x38), values.value('i64'), SCRATCH);
        values.add('i64', b.peek64(index(0x38), SCRATCH));
        break;
      case 5:
        values.add('i32', b.helper(values.value('i32'), values.value('i32'), values.value('i32'), 0));
        break;
      case 6:
        values.add('i64', b.cycles());
        if (random.oneIn(4)) values.add('i32', b.interrupts());
        break;
      default:
        // Two slots are written most, as flags are.
        b.set(values.value('i32'), random.oneIn(2) ? random.pick(I32_SLOTS) : I32_SLOTS[random.below(2)]!);
        break;
    }
  }

  /** A computed address of the program. */
  private target(): I32 {
    const { b } = this;
    const span = this.within(USER_CODE - 4) - USER_CODE;
    return b.add(b.and(this.values.value('i32'), b.const(span)), b.const(USER_CODE));
  }

  private near(): number {
    return this.within(this.pc + 4 * (this.random.below(24) - 12));
  }

  private end(kind: number): void {
    const { b, random, values } = this;
    const next = this.within(this.pc + 4);
    switch (kind) {
      case 0:
      case 1:
        b.endWith({ kind: 'jump', target: this.near() });
        break;
      case 5:
        b.set(b.const(next), R7);
        b.endWith({ kind: 'call', target: this.near(), returnTo: next });
        break;
      case 6: {
        const target = this.target();
        b.set(b.const(next), R7);
        b.endWith({ kind: 'callIndirect', target, returnTo: next });
        break;
      }
      case 7: {
        const span = this.within(USER_CODE - 4) - USER_CODE;
        const back = b.add(b.and(b.sub(b.get(R7), b.const(USER_CODE)), b.const(span)), b.const(USER_CODE));
        b.endWith({ kind: 'return', target: back });
        break;
      }
      case 8:
        b.endWith({ kind: 'jumpIndirect', target: this.target() });
        break;
      case 11:
        if (random.oneIn(2)) this.trap(true);
        else this.switchMode();
        break;
      default: {
        const cond = random.oneIn(2) ? values.value('i32') : b.and(values.value('i32'), b.const(3));
        b.endWith({ kind: 'branch', cond, taken: this.near(), next });
        break;
      }
    }
  }

  private trap(completes: boolean): void {
    const error = this.values.value('i32');
    this.b.endWith({ kind: 'trap', vector: 3 + this.random.below(4), error, completes });
  }

  /** A trap into the handler that the lift does itself, or a change of mode that is none. */
  private switchMode(): void {
    const { b, random, pc } = this;
    const next = this.within(pc + 4);
    if (random.oneIn(3)) {
      b.endWith({ kind: 'switchMode', target: this.target(), mode: b.const(random.below(2)), next });
      return;
    }
    b.set(b.const(pc), EPC);
    b.set(b.const(7), CAUSE);
    b.set(b.const(b.mode), EMODE);
    b.set(b.get(IE), EIE);
    b.set(b.const(0), IE);
    b.endWith({ kind: 'switchMode', target: b.const(KERNEL_TEXT), mode: b.const(TOY_SUPERVISOR), next, trap: 7 });
  }

  private system(): void {
    const { b, random, values } = this;
    const args = [values.value('i32'), values.value('i32'), values.value('i32')].slice(0, 1 + random.below(3));
    const routine = random.oneIn(2) ? MIX_REGISTERS : MAY_FAULT;
    b.endWith({ kind: 'system', routine, args, next: this.within(this.pc + 4) });
  }
}
