import type { Cpu } from '../cpu/cpu.ts';
import type { Access } from '../cpu/guest-fault.ts';
import type { Slot } from '../cpu/layout.ts';
import type { CpuModel, IsaBackend, RecognisedTrap } from '../isa-backend.ts';
import type { FixedModules } from '../wasm/fixed-modules.ts';
import type { HostCode } from '../wasm/host-code.ts';
import type { Optimisations } from './optimisations.ts';
import type { TranslatorFactory } from './translator-port.ts';

/** What the kernel answers to a kernel call. */
export const KERNEL_GO_ON = 0;
/** The CPU's state was exchanged or mapped code changed: all translations on the wasm stack leave. */
export const KERNEL_LEAVE = 1;

/** KERNEL_GO_ON, and the call is a steady one (KernelPort.steadyCall) whose answer holds until the kernel runs again. */
export const KERNEL_STEADY = 2;

/** Why Engine.run came back. */
export type RunExit =
  /** The budget is spent to the last instruction. */
  | 'budget'
  /** A kernel call or system routine asked to stop (Engine.stop). */
  | 'stopped'
  /** The CPU cannot go on (IA-32: triple fault; HALT with interrupts off is the kernel's to see). `Engine.shutdownReason` says why. */
  | 'shutdown';

/**
 * A kernel call without arguments that reads a word of the kernel's and changes nothing. While the kernel
 * has not run, nobody can have changed that word, so translated code gives the last answer again.
 */
export interface SteadyCall {
  /** Its number among the steady calls, below MAX_STEADY_CALLS. */
  readonly index: number;
  /** Where the answer goes. */
  readonly result: Slot & { readonly type: 'i32' };
  /** Modelled cycles of the kernel's work, a whole number. */
  readonly work: number;
}

/** The engine's side of the kernel: who answers kernel calls. */
export interface KernelPort {
  /** Kernel call `number`, with the state in memory and pc behind the instruction. Answers KERNEL_GO_ON, KERNEL_LEAVE or KERNEL_STEADY. */
  kernelCall(number: number): number;
  /** What is known of call `number` if it is a steady one; always the same. Without it no call is. */
  steadyCall?(number: number): SteadyCall | undefined;
  /** Translated code gave the answer of call `number` so often. Told before the kernel does anything that can see or change it, and at a run's end. */
  answered?(number: number, count: number): void;
}

export interface EngineOptions {
  readonly isa: IsaBackend;
  readonly model: CpuModel;
  readonly cpu: Cpu;
  readonly kernel: KernelPort;
  /** Virtual addresses [start, end) of kernel text, where the kernel call is honoured. */
  readonly kernelText: { readonly start: number; readonly end: number };
  /** Where system-call traps go that programs at kernel privilege execute; without it they are traps. */
  readonly recognised?: RecognisedTrap | undefined;
  /** Executions of a block before it is translated; Infinity never translates (--interpret). */
  readonly hotness: number;
  /** Lifted blocks kept at most; tests set it. */
  readonly maxBlocks?: number;
  /** Which optimisations are on; all where it is left out. */
  readonly optimisations?: Optimisations;
  /** Makes the translator; without it everything is interpreted. */
  readonly translator?: TranslatorFactory;
  /** Keeps the host's machine code of translations between runs. */
  readonly hostCode?: HostCode | undefined;
  /** Makes the modules that are the same in each run. */
  readonly fixedModules?: FixedModules;
  /** Count instructions by class (Engine.mix): nothing is translated then. */
  readonly mix?: boolean;
  /** Verify every block that is lifted (tests): a block that breaks the IR's rules throws TypeError. */
  readonly verify?: boolean;
}

/** What the trap hook is told: pc is the instruction that trapped or would come next. */
export type TrapEvent =
  | { readonly kind: 'trap'; readonly pc: number; readonly vector: number; readonly error: number }
  /** A page fault (`access`), or another fault with the ISA's vector. */
  | {
      readonly kind: 'fault';
      readonly pc: number;
      readonly access: Access | undefined;
      readonly address: number;
      readonly present: boolean;
      readonly vector: number;
      readonly error: number;
    }
  | { readonly kind: 'interrupt'; readonly pc: number; readonly line: number };

/** Whether an address lies in kernel text. */
export function inKernelText({ kernelText }: Pick<EngineOptions, 'kernelText'>, pc: number): boolean {
  const address = pc >>> 0;
  return address >= kernelText.start && address < kernelText.end;
}

/** Engine counters, for --stats; none of them shows in guest state. */
export interface EngineCounters {
  instructions: number;
  cycles: number;
  /** Of the cycles: those of kernel text and of the traps into it, and those of the kernel's modelled work. */
  entryCycles: number;
  kernelCycles: number;
  interpretedInstructions: number;
  blocksLifted: number;
  regionsTranslated: number;
  /** Of an earlier run's translations. */
  regionsKept: number;
  modules: number;
  /** Of the modules: those that came with the host's machine code. */
  modulesCompiledBefore: number;
  wasmBytes: number;
  translateMilliseconds: number;
  slowAccesses: number;
  invalidations: number;
  /** How often all translations went, for there were too many. */
  translationsForgotten: number;
}

/** What a save file keeps of the engine between two runs: lifted and translated code are made anew. Plain data. */
export interface EngineState {
  instructions: number;
  cycles: number;
  entryCycles: number;
  kernelCycles: number;
  /** Interrupt request lines that are up, a bit each. */
  lines: number;
  /** The next run comes back at once. */
  stopRequested: boolean;
  shutdownReason: string | undefined;
  counters: EngineCounters;
}
