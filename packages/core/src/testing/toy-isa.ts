import type { Cpu } from '../cpu/cpu.ts';
import { defineLayout } from '../cpu/layout.ts';
import type { InstructionClass } from '../instruction-class.ts';
import type { I32 } from '../ir/block.ts';
import type { BlockBuilder } from '../ir/builder.ts';
import type { CodeReader, CpuModel, IsaBackend, LiftContext, LiftResult } from '../isa-backend.ts';

/**
 * A made-up CPU for tests of the engine and the translator: eight registers, instructions of four
 * bytes (operation, a, b, c; the last two also as a signed 16-bit number), one trap vector, privilege
 * and interrupt enable. It also has slots of every type, for random IR programs.
 */
export const toyLayout = defineLayout([
  { name: 'pc', type: 'i32' },
  { name: 'mode', type: 'i32' },
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((n) => ({ name: `r${n}`, type: 'i32' as const })),
  ...['epc', 'enext', 'emode', 'cause', 'error', 'badAddress', 'eie', 'ie', 'vectorBase'].map((name) => ({
    name,
    type: 'i32' as const,
  })),
  ...[0, 1].map((n) => ({ name: `l${n}`, type: 'i64' as const })),
  ...[0, 1].map((n) => ({ name: `d${n}`, type: 'f64' as const })),
  ...[0, 1].map((n) => ({ name: `v${n}`, type: 'v128' as const })),
  { name: 'scratch', bytes: 64 },
]);

/** Mode bits. */
export const TOY_SUPERVISOR = 1;
/** Page faults arrive with this cause; error is 0 read, 1 write, 2 execute, +4 present, +8 implied. Interrupt n has cause TOY_INTERRUPT + n. */
export const TOY_PAGE_FAULT = 14;
export const TOY_ILLEGAL = 1;
export const TOY_TRAP_IF = 2;
export const TOY_SYSTEM_FAULT = 5;
export const TOY_INTERRUPT = 32;

export const TOY_OPS = {
  li: 1,
  add: 2,
  sub: 3,
  addi: 4,
  ld: 5,
  st: 6,
  beqz: 7,
  jmp: 8,
  call: 9,
  ret: 10,
  jr: 11,
  callr: 12,
  trap: 13,
  system: 14,
  kcall: 15,
  rdcycles: 16,
  trapnz: 17,
  lb: 18,
  sb: 19,
  helper: 20,
  xchg: 21,
  mul: 22,
  lui: 23,
  nop: 24,
} as const;

/** System routines: register a is their argument. */
export const TOY_SYSTEM = { setIe: 0, trapReturn: 1, setSpace: 2, fault: 3, load: 4, stopCpu: 5 } as const;

const slot = (name: string) => toyLayout.slot(name, 'i32');
const REGISTERS = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => slot(`r${n}`));
const EPC = slot('epc');
const ENEXT = slot('enext');
const EMODE = slot('emode');
const CAUSE = slot('cause');
const ERROR = slot('error');
const BAD_ADDRESS = slot('badAddress');
const EIE = slot('eie');
const IE = slot('ie');
const VECTOR_BASE = slot('vectorBase');
const SCRATCH = toyLayout.array('scratch').offset;

/** Bytes of one instruction in guest order. `b` above 255 or below 0 takes the place of b and c. */
export function toy(op: keyof typeof TOY_OPS, a = 0, b = 0, c?: number): number[] {
  const wide = c === undefined;
  return [TOY_OPS[op], a & 0xff, b & 0xff, (wide ? b >> 8 : c) & 0xff];
}

function deliver(cpu: Cpu, cause: number, error: number, next: number): void {
  if (cpu.get(VECTOR_BASE) === 0) {
    cpu.shutdownReason = `trap ${cause} without a vector`;
    return;
  }
  cpu.set(EPC, cpu.pc);
  cpu.set(ENEXT, next);
  cpu.set(EMODE, cpu.mode);
  cpu.set(EIE, cpu.get(IE));
  cpu.set(IE, 0);
  cpu.set(CAUSE, cause);
  cpu.set(ERROR, error);
  cpu.mode |= TOY_SUPERVISOR;
  cpu.pc = cpu.get(VECTOR_BASE);
}

type Lifter = (b: BlockBuilder, context: LiftContext, pc: number, bytes: readonly number[]) => void;

const reg = (b: BlockBuilder, n: number): I32 => b.get(REGISTERS[n & 7]!);
const address = (b: BlockBuilder, n: number, offset: number): I32 => b.add(reg(b, n), b.const((offset << 24) >> 24));
const wide = (bytes: readonly number[]): number => ((bytes[2]! | (bytes[3]! << 8)) << 16) >> 16;
const binary =
  (op: 'add' | 'sub' | 'mul'): Lifter =>
  (b, _, __, [, a, x, y]) =>
    b.set(b[op](reg(b, x!), reg(b, y!)), REGISTERS[a! & 7]!);

const LIFTERS: Partial<Record<number, Lifter>> = {
  [TOY_OPS.li]: (b, _, __, bytes) => b.set(b.const(wide(bytes)), REGISTERS[bytes[1]! & 7]!),
  [TOY_OPS.lui]: (b, _, __, bytes) => b.set(b.const(wide(bytes) << 16), REGISTERS[bytes[1]! & 7]!),
  [TOY_OPS.add]: binary('add'),
  [TOY_OPS.sub]: binary('sub'),
  [TOY_OPS.mul]: binary('mul'),
  [TOY_OPS.addi]: (b, _, __, [, a, x, y]) => b.set(address(b, x!, y!), REGISTERS[a! & 7]!),
  [TOY_OPS.ld]: (b, _, __, [, a, x, y]) => b.set(b.load32(address(b, x!, y!)), REGISTERS[a! & 7]!),
  [TOY_OPS.st]: (b, _, __, [, a, x, y]) => b.store32(address(b, x!, y!), reg(b, a!)),
  [TOY_OPS.lb]: (b, _, __, [, a, x, y]) => b.set(b.load8u(address(b, x!, y!)), REGISTERS[a! & 7]!),
  [TOY_OPS.sb]: (b, _, __, [, a, x, y]) => b.store8(address(b, x!, y!), reg(b, a!)),
  [TOY_OPS.xchg]: (b, _, __, [, a, x, y]) => {
    const at = address(b, x!, y!);
    const old = b.load32W(at);
    b.store32(at, reg(b, a!));
    b.set(old, REGISTERS[a! & 7]!);
  },
  [TOY_OPS.beqz]: (b, _, pc, bytes) =>
    b.endWith({
      kind: 'branch',
      cond: b.eqz(reg(b, bytes[1]!)),
      taken: (pc + 4 * wide(bytes)) | 0,
      next: (pc + 4) | 0,
    }),
  [TOY_OPS.jmp]: (b, _, pc, bytes) => b.endWith({ kind: 'jump', target: (pc + 4 * wide(bytes)) | 0 }),
  [TOY_OPS.call]: (b, _, pc, bytes) => {
    b.set(b.const(pc + 4), REGISTERS[7]!);
    b.endWith({ kind: 'call', target: (pc + 4 * wide(bytes)) | 0, returnTo: (pc + 4) | 0 });
  },
  [TOY_OPS.ret]: (b) => b.endWith({ kind: 'return', target: reg(b, 7) }),
  [TOY_OPS.jr]: (b, _, __, [, a]) => b.endWith({ kind: 'jumpIndirect', target: reg(b, a!) }),
  [TOY_OPS.callr]: (b, _, pc, [, a]) => {
    const target = reg(b, a!);
    b.set(b.const(pc + 4), REGISTERS[7]!);
    b.endWith({ kind: 'callIndirect', target, returnTo: (pc + 4) | 0 });
  },
  [TOY_OPS.trap]: (b, _, __, [, a]) => b.endWith({ kind: 'trap', vector: a!, error: b.const(0), completes: true }),
  [TOY_OPS.system]: (b, _, pc, [, a, n]) =>
    b.endWith({ kind: 'system', routine: n!, args: [reg(b, a!), b.const(a!)], next: (pc + 4) | 0 }),
  [TOY_OPS.kcall]: (b, context, pc, bytes) => {
    if (context.kernelText && context.mode & TOY_SUPERVISOR) {
      b.endWith({ kind: 'kernelCall', number: wide(bytes) & 0xffff, next: (pc + 4) | 0 });
    } else illegal(b);
  },
  [TOY_OPS.rdcycles]: (b, _, __, [, a]) => b.set(b.wrap(b.cycles()), REGISTERS[a! & 7]!),
  [TOY_OPS.trapnz]: (b, _, __, [, a, x]) => b.trapIf(reg(b, a!), reg(b, x!), TOY_TRAP_IF),
  [TOY_OPS.helper]: (b, _, __, [, a, x, y]) =>
    b.set(b.helper(reg(b, x!), reg(b, y!), b.const(0), 0), REGISTERS[a! & 7]!),
  [TOY_OPS.nop]: () => {},
};

function illegal(b: BlockBuilder): void {
  b.endWith({ kind: 'trap', vector: TOY_ILLEGAL, error: b.const(0), completes: false });
}

/** Cycles of each instruction: its operation number modulo 5, plus 1, so that sums tell instructions apart. */
export function toyCycles(op: keyof typeof TOY_OPS): number {
  return (TOY_OPS[op] % 5) + 1;
}

function lift(context: LiftContext, pc: number): LiftResult {
  const bytes: number[] = [];
  for (let i = 0; i < 4; i++) {
    const byte = context.code.byte((pc + i) | 0);
    if (byte < 0) return { kind: 'fetch', address: (pc + i) | 0 };
    bytes.push(byte);
  }
  context.builder.beginInstruction(pc, (bytes[0]! % 5) + 1);
  const lifter = LIFTERS[bytes[0]!];
  if (lifter) lifter(context.builder, context, pc, bytes);
  else illegal(context.builder);
  return { kind: 'ok', length: 4 };
}

const model: CpuModel = { name: 'toy', title: 'Toy', clockHz: 1e6, costs: {}, sources: {} };

/** The toy CPU of that byte order. */
export function toyIsa(byteOrder: 'little' | 'big' = 'little'): IsaBackend {
  return {
    name: 'toy',
    byteOrder,
    maxInstructionBytes: 4,
    instructionAlign: 1,
    layout: toyLayout,
    debugRegisters: REGISTERS.map((register) => register.name),
    helpers: [
      (cpu, a, b) => {
        const counter = (cpu.base + SCRATCH) >> 2;
        cpu.i32[counter]! += 1;
        return Math.imul(a, 3) + b;
      },
    ],
    systemRoutines: [
      (cpu, value, _, __, next) => {
        cpu.set(IE, value);
        cpu.pc = next;
      },
      (cpu) => {
        cpu.pc = cpu.get(EPC);
        cpu.mode = cpu.get(EMODE);
        cpu.set(IE, cpu.get(EIE));
      },
      (cpu, id, _, __, next) => {
        const space = cpu.mmu.spaceById(id);
        if (!space) return cpu.fault(TOY_SYSTEM_FAULT, 1);
        cpu.mmu.activate(space);
        cpu.pc = next;
      },
      (cpu, value) => cpu.fault(TOY_SYSTEM_FAULT, value),
      (cpu, at, register, __, next) => {
        cpu.set(REGISTERS[register & 7]!, cpu.virtual.read32(at, (cpu.mode & TOY_SUPERVISOR) !== 0));
        cpu.pc = next;
      },
      (cpu) => {
        cpu.shutdownReason = 'stopped by the program';
      },
    ],
    reset(cpu) {
      cpu.u8.fill(0, cpu.base, cpu.base + toyLayout.size);
      cpu.mode = TOY_SUPERVISOR;
    },
    lift,
    disassemble(code: CodeReader, pc: number) {
      const op = code.byte(pc);
      const name = Object.entries(TOY_OPS).find(([, number]) => number === op)?.[0];
      return name ? { text: name, mnemonic: name, length: 4 } : undefined;
    },
    classify: (code, pc) => toyClass(code.byte(pc)),
    isSupervisor: (mode) => (mode & TOY_SUPERVISOR) !== 0,
    deliverTrap: (cpu, vector, error, next) => deliver(cpu, vector, error, next),
    deliverFault(cpu, fault) {
      if (fault.access === undefined) {
        deliver(cpu, fault.vector, fault.error, cpu.pc);
        return;
      }
      cpu.set(BAD_ADDRESS, fault.address);
      const error = { read: 0, write: 1, execute: 2 }[fault.access] + (fault.present ? 4 : 0) + (fault.implied ? 8 : 0);
      deliver(cpu, TOY_PAGE_FAULT, error, cpu.pc);
    },
    interruptsEnabled: (cpu) => cpu.get(IE) !== 0,
    deliverInterrupt: (cpu, line) => deliver(cpu, TOY_INTERRUPT + line, 0, cpu.pc),
    cpuModels: [model],
    instructions: [],
  };
}

function toyClass(op: number): InstructionClass {
  if (op === TOY_OPS.ld || op === TOY_OPS.lb) return 'load';
  if (op === TOY_OPS.st || op === TOY_OPS.sb) return 'store';
  if (op === TOY_OPS.call || op === TOY_OPS.callr || op === TOY_OPS.ret) return 'call';
  if (op === TOY_OPS.beqz || op === TOY_OPS.jmp || op === TOY_OPS.jr) return 'branch';
  return op >= TOY_OPS.trap && op <= TOY_OPS.trapnz ? 'system' : 'alu';
}
