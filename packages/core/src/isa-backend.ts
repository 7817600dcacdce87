/**
 * The CPU seam. One plain object per ISA implements IsaBackend; this file is the porting checklist.
 */
import type { Cpu } from './cpu/cpu.ts';
import type { GuestFault } from './cpu/guest-fault.ts';
import type { StateLayout } from './cpu/layout.ts';
import type { Optimisations } from './engine/optimisations.ts';
import type { InstructionClass } from './instruction-class.ts';
import type { BlockBuilder } from './ir/builder.ts';

/** Reads instruction bytes for the lift. */
export interface CodeReader {
  /** The byte at a virtual address, or -1 where it cannot be fetched (unmapped, not executable). */
  byte(address: number): number;
}

/** What the lift is told beside the bytes. */
export interface LiftContext {
  readonly code: CodeReader;
  readonly builder: BlockBuilder;
  /** The mode word (see IsaBackend) the code runs under. */
  readonly mode: number;
  /** The instruction lies in kernel text: the kernel call is honoured at kernel privilege. */
  readonly kernelText: boolean;
  /** Cycle costs by class, of the CPU model in use. */
  readonly costs: CycleCosts;
  /** What becomes of system calls' traps of kernel-mode user processes: undefined where they stay traps, and in kernel text. */
  readonly recognised?: RecognisedTrap | undefined;
  /** One that the lift looks at is marked `changesLift` in optimisations.ts. */
  readonly optimisations: Optimisations;
}

/**
 * System-call traps of programs that run at kernel privilege are recognised: they go to this code in
 * kernel text, as a call would, and not by the CPU's trap. Where they go on is left in a word of the task, never in
 * a register of the program's (endRecognised), unless the trap itself leaves it on the program's stack.
 */
export interface RecognisedTrap {
  /** Where it goes. */
  readonly entry: number;
  /** Address of the word that holds the address of the current task's words, and the offset of this one among them. */
  readonly task: number;
  readonly offset: number;
}

/** Cycles by instruction class; the class names are the ISA's own. */
export type CycleCosts = Readonly<Record<string, number>>;

/** Result of lifting one instruction. */
export type LiftResult =
  /** Lifted; this many bytes long. The builder's terminal is set if it ends the block. */
  | { readonly kind: 'ok'; readonly length: number }
  /** Its bytes could not all be fetched: the address that faults. */
  | { readonly kind: 'fetch'; readonly address: number };

/** Host function behind the IR operation `helper`: values in, value out; reads and writes unpromoted state arrays only. */
export type Helper = (cpu: Cpu, a: number, b: number, c: number) => number;

/** Host function behind the `system` terminal. Sets pc (and what else it changes); throws GuestFault through cpu.fault. */
export type SystemRoutine = (cpu: Cpu, a: number, b: number, c: number, next: number) => void;

/** One instruction, disassembled. */
export interface Disassembly {
  readonly text: string;
  readonly mnemonic: string;
  readonly length: number;
}

/** One row of the coverage table and of the random-instruction tests. */
export interface InstructionRow {
  readonly mnemonic: string;
  /** Where the manual defines it, such as "SDM vol. 2, IMUL". */
  readonly manual: string;
  /** The encoding in the manual's notation. */
  readonly encoding: string;
}

/**
 * What a taken `trapIf` does.
 * - `trap`: deliverTrap is called; the instruction does not count.
 * - `uncounted`: steps over the instruction, which does not count (IA-32: REP with a count of 0). It
 *   ends its block with a branch.
 * - `skip`: steps over the instruction, which counts (ARM: a condition that fails before a call). It
 *   ends its block, and is lifted with builder.skipIf.
 * - `assist`: deliverTrap does the whole instruction on the state in memory and sets pc; it counts. For
 *   the rare cases of an instruction whose common one is inline. It may raise a fault (cpu.fault): then
 *   the instruction does not count. Sets cpu.leaveRequested if it changes the mode.
 * - `again`: deliverTrap changes the mode word and nothing else; the instruction is lifted and done under
 *   that. For lifts that assume what usually holds (IA-32: ordinary floating-point operands and control).
 */
export type TrapKind = 'trap' | 'uncounted' | 'skip' | 'assist' | 'again';

/** Faults that unaligned accesses raise; the error code is the address. */
export interface AlignmentVectors {
  readonly read: number;
  readonly write: number;
}

export interface IsaBackend {
  /** Short name used on the command line: 'ia32'. */
  readonly name: string;
  /** Byte order of guest memory. Big-endian guests use word-swapped memory. */
  readonly byteOrder: 'little' | 'big';
  /** Longest instruction in bytes. */
  readonly maxInstructionBytes: number;
  /** Alignment of instructions in bytes. Bits of pc below it are the ISA's own: how the code there runs (ARM: Thumb; MIPS: in a delay slot). */
  readonly instructionAlign: number;
  /** The CPU state. Has the i32 slots `pc` and `mode` at least. */
  readonly layout: StateLayout;
  /** What `trapIf` with this vector stands for; 'trap' where it is left out. */
  trapKind?(vector: number, mode: number): TrapKind;
  /** Vectors of an access of 2, 4 or 8 bytes whose address is no multiple of its size; unaligned accesses work where it is left out. */
  readonly alignment?: AlignmentVectors;
  /**
   * i32 slots that most instructions write and few read (flags), 16 at most: translated code computes them only where
   * someone looks. In families: what one instruction writes together (IA-32's flags, a condition field of PowerPC's).
   * How one family is to be computed is kept apart from how another is.
   */
  readonly deferredSlots?: readonly (readonly string[])[];
  /** i32 slots that carry something from one instruction of a block to the next and mean nothing where it ends, unless it goes on at a computed address or one whose bits below the alignment carry state (MIPS: where the branch goes, for its delay slot). */
  readonly transientSlots?: readonly string[];
  /** Registers a debugger shows, in its order: slot names. */
  readonly debugRegisters: readonly string[];
  /** Host functions by the number that `helper` operations carry. */
  readonly helpers: readonly Helper[];
  /** Host functions by the number that `system` terminals carry. */
  readonly systemRoutines: readonly SystemRoutine[];
  /** Puts the state in its reset condition (the kernel's boot code then loads tables and registers). */
  reset(cpu: Cpu): void;
  /** Lifts the instruction at `pc`, calling builder.beginInstruction itself. Never throws for guest code: what it does not know it lifts to the ISA's undefined-instruction trap. */
  lift(context: LiftContext, pc: number): LiftResult;
  /** Disassembles the instruction at `pc`; bytes that cannot be fetched give undefined. */
  disassemble(code: CodeReader, pc: number, mode: number): Disassembly | undefined;
  /** The class of the instruction at `pc`, for counting; 'other' for what is none, or cannot be fetched. */
  classify(code: CodeReader, pc: number, mode: number): InstructionClass;
  /** Whether code under this mode word accesses memory with supervisor rights. */
  isSupervisor(mode: number): boolean;
  /** Does what the hardware does for trap `vector` raised by the instruction at `pc` (its successor at `next`): pushes or banks, vectors. Itself raises the follow-up faults the ISA defines. */
  deliverTrap(cpu: Cpu, vector: number, error: number, next: number): void;
  /** The same for a fault in flight: maps page faults to the ISA's vector, error code and address register. pc is the faulting instruction. */
  deliverFault(cpu: Cpu, fault: GuestFault): void;
  /** Whether a maskable interrupt would be taken now. */
  interruptsEnabled(cpu: Cpu): boolean;
  /** Takes external interrupt `line` (0 is the timer). Called only when interruptsEnabled. */
  deliverInterrupt(cpu: Cpu, line: number): void;
  /** CPU models by name; the first is the default. */
  readonly cpuModels: readonly CpuModel[];
  /** Every instruction the decode tables have. */
  readonly instructions: readonly InstructionRow[];
}

/** A CPU model: names a processor and says what things cost on it. */
export interface CpuModel {
  readonly name: string;
  readonly title: string;
  readonly clockHz: number;
  readonly costs: CycleCosts;
  /** Cycles of the kernel's work behind system calls, by name, where this model has its own and not the kernel's. */
  readonly callWork?: Readonly<Record<string, number>>;
  /** Cycles of the kernel's other work by name (kernel: work-cost.ts), where this model has its own. */
  readonly work?: Readonly<Record<string, number>>;
  /** Sources of `work`. */
  readonly workSources?: Readonly<Record<string, string>>;
  /** What the kernel's reference figures are multiplied by on this model, where it has none of its own; 1 where it is left out. */
  readonly workScale?: { readonly factor: number; readonly source: string };
  /** Source of each constant: manual and table, 'fitted' and to what, or 'assumed'. */
  readonly sources: Readonly<Record<string, string>>;
  /** The same of callWork, by call. */
  readonly callWorkSources?: Readonly<Record<string, string>>;
}
