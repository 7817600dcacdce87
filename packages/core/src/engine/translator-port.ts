import type { Cpu } from '../cpu/cpu.ts';
import type { IrBlock } from '../ir/block.ts';
import type { IsaBackend } from '../isa-backend.ts';
import type { AddressSpace } from '../memory/address-space.ts';
import type { EngineCounters, EngineOptions } from './engine-types.ts';
import type { Optimisations } from './optimisations.ts';
import type { StoredBytes, StorePieces } from './stored-bytes.ts';

/**
 * The seam between the engine and the translator to WebAssembly.
 *
 * The engine owns the run loop, the clock, delivery of traps and interrupts, and the cache of lifted
 * blocks. Before it interprets a block it asks the translator to run from the current pc (`enter`).
 * The translator comes back at the first thing it leaves to the engine, with the state exactly as
 * the interpreter would have it at that instruction boundary:
 *
 * - all slots in memory, pc the next instruction to execute, CLOCK exact for all executed before it;
 * - for a slow memory access, trapIf, a `trap` or `system` terminal: pc is that instruction, nothing
 *   of it done. The engine interprets the block that begins there. (A page fault that the translator can tell
 *   is delivered in place: TranslationHost.answerAccess);
 * - for a kernel call that answered KERNEL_LEAVE: pc as the kernel left it, the call counted before it ran.
 *
 * Interrupts are taken only where TranslationHost.kernelCall answered KERNEL_LEAVE (and at the engine's
 * own terminals): an exit for any other reason never looks at them, so that what is translated does
 * not show in guest behaviour.
 */
export interface TranslatorPort {
  /**
   * Runs translated code for (pc, mode) of the current address space. Answers false, with nothing
   * done, where there is none (or the budget left is too short for it to execute anything).
   * With `stop` it also comes back before it would run on from that address (goOnUntil).
   * To be a small look-up when there is none: it is asked before every block that the interpreter has no
   * link to, or at whose address the entry filter (memory-map.ts) says that translated code may begin. After it
   * answered true the engine interprets the block at the new pc before asking again, unless a kernel
   * call left or the budget is spent: so an entry whose first instruction leaves makes progress.
   */
  enter(pc: number, mode: number, stop?: number): boolean;
  /** Whether `enter` is to be called now and then, and not only where ENTRY_FILTER says that translated code may begin. */
  isWaiting(): boolean;
  /** The block at (pc, mode) of the current address space was interpreted as often as firstRequest or nextRequest said: wants translating. May translate now or queue, or find that it is too early. */
  request(pc: number, mode: number): void;
  /** After how many runs a block is to be asked for first, whichever it is. */
  firstRequest(): number;
  /** After how many runs the block at (pc, mode), which has run `runs` times, is to be asked for (again). */
  nextRequest(pc: number, mode: number, runs: number): number;
  /**
   * Bytes were overwritten from which code was lifted (see TranslationHost.dependsOn). Every
   * translation made from them is to be forgotten; one on the wasm stack leaves after the instruction
   * that wrote (guest stores into code pages are always slow accesses, so it has left already, but
   * a kernel call may write code: it answers KERNEL_LEAVE then). `length` bytes at `offset` of `frame`.
   */
  codeWritten(frame: number, offset: number, length: number): void;
  /** An executable page of the space is mapped otherwise. */
  mappingChanged(space: AddressSpace, page: number): void;
  /** The space is gone. */
  spaceDestroyed(space: AddressSpace): void;
  /** Forget every translation: memory was replaced as a whole. */
  flush(): void;
  /** See Engine.adoptTranslations. */
  adopt(source: StoredBytes): boolean;
  /** See Engine.storeTranslations. */
  save(mostBytes: number): StorePieces | undefined;
}

/** A lifted block and what it was lifted from. */
export interface LiftedBlock {
  /** Address of its first instruction, and behind its last. */
  readonly pc: number;
  readonly endPc: number;
  /** Lifted again when first asked for: to be done at once, in the address space the block was asked for in. */
  readonly ir: IrBlock;
  /** Frame of the first page; frame of the second page if the last instruction straddles the boundary, else -1. */
  readonly frame: number;
  readonly secondFrame: number;
}

/**
 * A trap or system instruction that translated code has the engine do in place. One that switches the mode
 * (`switchMode`) is done already: the engine looks at what follows it.
 */
export interface Place {
  readonly kind: 'trap' | 'system' | 'switchMode';
  /** The vector, or the routine; below 0 for a change of mode that is no trap. */
  readonly number: number;
  /** The instruction counts (only a trap's may not). */
  readonly completes: boolean;
  /** The instruction: its address, the mode word it is under, its cycles. */
  readonly pc: number;
  readonly mode: number;
  readonly cycles: number;
  /** Address and mode word behind it. */
  readonly next: number;
  readonly nextMode: number;
  readonly inKernelText: boolean;
}

/** The CPU goes on behind the instruction; all translations leave; it goes on elsewhere, perhaps in another mode. */
export const PLACE_NEXT = 0;
export const PLACE_LEAVE = 1;
export const PLACE_ELSEWHERE = 2;

/** Why translated code left is the engine's to find out; the access's page is translated now, or its fault was delivered: it may be entered again; it was delivered, and all translations leave. */
export const FAULT_NONE = 0;
export const FAULT_ANSWERED = 1;
export const FAULT_LEAVE = 2;

/** What the engine offers the translator. */
export interface TranslationHost {
  readonly options: EngineOptions;
  readonly optimisations: Optimisations;
  readonly isa: IsaBackend;
  readonly cpu: Cpu;
  readonly counters: EngineCounters;
  /**
   * The block at (pc, mode) in the current address space, from the cache or lifted now (its bytes are
   * recorded as code). Undefined where the first instruction cannot be fetched. No guest-visible effect.
   */
  block(pc: number, mode: number): LiftedBlock | undefined;
  /** The frame of an address of the current address space, if it may be executed under `mode`; else -1. */
  codeFrame(pc: number, mode: number): number;
  /** These bytes count as code from now on, as if a block had been lifted from them. */
  claimCode(extent: { readonly start: number; readonly end: number; readonly frame: number }): void;
  /** Times the interpreter has run the block at (pc, mode) of the current address space since it was lifted; 0 if it is not in the cache. Lifts nothing. */
  runs(pc: number, mode: number): number;
  /**
   * The kernel call, in place: state stored, pc slot behind the instruction, CLOCK counting it.
   * Answers KERNEL_GO_ON only where nothing that a translation relies on has changed and no interrupt
   * or stop waits; else KERNEL_LEAVE: all frames return and the engine looks afresh.
   */
  kernelCall(number: number): number;
  /**
   * Goes on from the pc slot within translated code's call, so that the callers on the wasm stack are
   * not lost: interprets, and enters translated code, until pc is `back` (answers true) or the engine
   * has to look afresh, the slice is spent or the next block cannot be fetched (answers false: all
   * frames return, state and pc are exact in memory). Faults are thrown through the wasm frames, which
   * hold no state. `enters`: translated code may be entered at once, before anything is interpreted.
   */
  goOnUntil(back: number, enters: boolean): boolean;
  /**
   * Fills the translation table for the first access of the next instruction, or delivers its page fault (state,
   * pc and CLOCK exact). Only its first byte is looked at. Answers one of FAULT_*; FAULT_ANSWERED only where
   * nothing that a translation relies on has changed and no interrupt or stop waits.
   */
  answerAccess(address: number, bytes: number, write: boolean): number;
  /**
   * Does an instruction in place: state stored, CLOCK counting the instruction. Answers one of PLACE_*:
   * not PLACE_LEAVE only where nothing that a translation relies on has changed and no interrupt or stop
   * waits. Its faults are thrown through the wasm frames, which hold no state.
   */
  inPlace(place: Place, a: number, b: number, c: number): number;
  /** Runs helper `number` of the ISA. */
  helper(number: number, a: number, b: number, c: number): number;
}

/** Makes the translator for an engine; passed in EngineOptions.translator. */
export type TranslatorFactory = (host: TranslationHost) => TranslatorPort;
