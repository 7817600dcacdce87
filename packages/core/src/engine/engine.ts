import type { Cpu } from '../cpu/cpu.ts';
import { GuestFault } from '../cpu/guest-fault.ts';
import { RECORD, Records } from '../interp/block-record.ts';
import { type AccessObserver, Interpreter } from '../interp/interpreter.ts';
import { RUN } from '../interp/loop-abi.ts';
import { hostFuses } from '../ir/host-fusion.ts';
import type { IsaBackend } from '../isa-backend.ts';
import type { AddressSpace } from '../memory/address-space.ts';
import { PAGE_MASK, STATE_BASE } from '../memory/memory-map.ts';
import { BlockCache } from './block-cache.ts';
import { BlockEnd } from './block-end.ts';
import { BlockPosition } from './block-position.ts';
import { Clock } from './clock.ts';
import { Delivery } from './delivery.ts';
import type { EngineCounters, EngineOptions, EngineState, RunExit, TrapEvent } from './engine-types.ts';
import { FaultRecovery } from './fault-recovery.ts';
import { KernelCaller } from './kernel-caller.ts';
import { MixCounter } from './mix-counter.ts';
import { ALL_OPTIMISATIONS, type Optimisations } from './optimisations.ts';
import { PlaceRunner } from './place-runner.ts';
import { IN_BLOCK, RunState } from './run-state.ts';
import { SteadyAnswers } from './steady-answers.ts';
import type { StoredBytes, StorePieces } from './stored-bytes.ts';
import type { TranslationHost, TranslatorPort } from './translator-port.ts';

/** For runBlocks: no address stops it. */
const NO_STOP = -1;
/** Blocks that the interpreter runs by itself; few while there is something to be translated soon. */
const PLENTY = 0x7fff_ffff;
const FUEL_WAITING = 16;

/**
 * Charged work after which run comes back early: few instructions can ask for much of it (large reads and
 * writes, forks), and the run loop must look at the host's clock meanwhile. Some milliseconds of the host.
 */
const WORK_A_RUN = 4_000_000;

/**
 * Runs the CPU: executes exactly as many instructions as asked, interpreting lifted blocks or running
 * translated code, delivers traps, faults and interrupts through the ISA, and calls the kernel.
 *
 * Interrupts are looked at where the CPU's state was looked at afresh: when a run begins, after every
 * system routine, trap and fault, and after a kernel call that leaves. So the same run takes them at
 * the same instructions, whatever is translated.
 */
export class Engine {
  readonly counters: EngineCounters = {
    instructions: 0,
    cycles: 0,
    entryCycles: 0,
    kernelCycles: 0,
    interpretedInstructions: 0,
    blocksLifted: 0,
    regionsTranslated: 0,
    regionsKept: 0,
    modules: 0,
    modulesCompiledBefore: 0,
    wasmBytes: 0,
    translateMilliseconds: 0,
    slowAccesses: 0,
    invalidations: 0,
    translationsForgotten: 0,
  };
  /** Why the CPU cannot go on, after 'shutdown'. */
  shutdownReason: string | undefined;
  /** Debugger hook: called before each block of guest code. While it is set nothing runs translated. */
  onBlock: ((pc: number, mode: number, instructions: number) => void) | undefined;
  /** Counts instructions by class; undefined where nobody asked. */
  readonly mix: MixCounter | undefined;
  readonly optimisations: Optimisations;
  private readonly options: EngineOptions;
  private readonly isa: IsaBackend;
  private readonly cpu: Cpu;
  private readonly clock: Clock;
  private readonly interpreter: Interpreter;
  private readonly cache: BlockCache;
  private readonly translator: TranslatorPort | undefined;
  private readonly records: Records;
  private readonly runState: RunState;
  private readonly position: BlockPosition;
  private readonly delivery: Delivery;
  private readonly answers: SteadyAnswers | undefined;
  private readonly kernel: KernelCaller;
  private readonly blockEnd: BlockEnd;
  private readonly places: PlaceRunner;
  private readonly faults: FaultRecovery;
  /** The interpreter goes from block to block by itself. */
  private readonly chains: boolean;
  /** Cycles that this run was charged by addCycles. */
  private work = 0;
  /** Instructions beyond the budget that this run may still take. */
  private slack = 0;
  /** Instructions that translated code executed. */
  private translated = 0;

  constructor(options: EngineOptions) {
    if (options.cpu.base !== STATE_BASE) throw new TypeError('the CPU state is not at STATE_BASE');
    this.options = options;
    const on = options.optimisations ?? ALL_OPTIMISATIONS;
    this.optimisations = { ...on, hostFusion: on.hostFusion && hostFuses() };
    this.isa = options.isa;
    this.cpu = options.cpu;
    this.clock = new Clock(this.cpu.i32);
    this.cpu.clock = this.clock;
    this.records = new Records(this.cpu.i32, this.cpu.memory.u16);
    this.chains = this.optimisations.chaining && !options.mix;
    this.mix = options.mix ? new MixCounter(this.isa, this.cpu) : undefined;
    const { memory, mmu } = this.cpu;
    this.interpreter = new Interpreter(this.cpu, this.isa.helpers, this.isa.alignment, options.fixedModules);
    this.runState = new RunState(this.cpu, this.isa);
    this.position = new BlockPosition(this.cpu, this.clock, this.records, this.mix);
    this.delivery = new Delivery(this.isa, this.cpu, this.clock, this.runState);
    if (this.optimisations.steadyAnswers) this.answers = new SteadyAnswers(options.kernel, this.cpu, this.clock);
    this.kernel = new KernelCaller(options.kernel, this.cpu, this.runState, this.answers);
    this.places = new PlaceRunner(options, this.clock, this.runState, this.delivery);
    const { interpreter, records, position, runState, delivery, kernel, places } = this;
    this.blockEnd = new BlockEnd(options, interpreter, records, position, runState, delivery, kernel);
    this.faults = new FaultRecovery(options, interpreter, runState, position, this.blockEnd, places, delivery);
    this.cache = new BlockCache(options, this.counters, () => this.mix?.flush());
    this.translator =
      options.mix || !this.optimisations.translation ? undefined : options.translator?.(this.translationHost());
    this.tellFirstRequest();
    memory.codeWriteListener = (frame, offset, length) => this.codeWritten(frame, offset, length);
    mmu.codeMappingListener = (space, page) => this.mappingChanged(space, page);
    mmu.spaceDestroyedListener = (space) => this.spaceDestroyed(space);
  }

  /** Debugger hook: called before each guest memory access of an instruction. While it is set nothing runs translated. */
  get onMemoryAccess(): AccessObserver | undefined {
    return this.interpreter.observer;
  }
  set onMemoryAccess(observer: AccessObserver | undefined) {
    this.interpreter.observer = observer;
  }

  /** Debugger hook: called before a trap, fault or interrupt is delivered. It sees those traps that the host delivers (all without Optimisations.inlineTraps). */
  get onTrap(): ((event: TrapEvent) => void) | undefined {
    return this.delivery.onTrap;
  }
  set onTrap(hook: ((event: TrapEvent) => void) | undefined) {
    this.delivery.onTrap = hook;
  }

  /**
   * Executes `budget` instructions, unless the machine stops before. A faulting instruction does not count, a trapping one as its terminal says.
   * @param slack so many more where that ends the run at a block's end: else the rest of the block is lifted as a block of its own
   */
  run(budget: number, slack = 0): RunExit {
    this.clock.start(budget);
    this.slack = slack;
    this.work = 0;
    this.runState.lookAfresh();
    try {
      for (;;) {
        const exit = this.guarded();
        if (exit !== undefined) return exit;
      }
    } finally {
      this.finish();
    }
  }

  /** Instructions executed since boot; exact in kernel calls, system routines and trap delivery. */
  instructions(): number {
    return this.clock.instructions();
  }

  /** Cycles since boot; exact as instructions() is. */
  cycles(): number {
    return this.clock.cycles();
  }

  /** Of cycles(): those of kernel text with the traps into it, and those of the kernel's modelled work. The rest is the programs' own. */
  cyclesBy(): { readonly entryCycles: number; readonly kernelCycles: number } {
    return { entryCycles: this.clock.entryCycles(), kernelCycles: this.clock.workCycles() };
  }

  /**
   * Charges cycles that no instruction stands for: modelled kernel work. Much of it ends the run early; that of
   * steady calls does not, for translated code charges it, too.
   */
  addCycles(cycles: number, isSteady = false): void {
    this.clock.addWork(cycles);
    if (isSteady) return;
    this.work += cycles;
    if (this.work >= WORK_A_RUN) this.stop();
  }

  /** Run comes back after the present instruction; called outside a run, the next one comes back at once. */
  stop(): void {
    this.runState.stopRequested = true;
    this.runState.requestLeave();
  }

  /** Raises or lowers an interrupt request line (0 to 31). It is level-triggered: taken while it is up and the CPU may. */
  setInterrupt(line: number, pending: boolean): void {
    this.runState.setInterrupt(line, pending);
  }

  /**
   * Uses the lifted code that storeCode gave in an earlier run, where its very bytes lie at its address
   * again. Of no effect on guest state. To be called before the first run. It must be of the same ISA,
   * CPU model, kernel text and version of this code.
   * @param source where it is kept; blocks are read from it as they are wanted
   * @returns false if it is no such store
   */
  adoptCode(source: StoredBytes): boolean {
    return this.cache.adopt(source);
  }

  /** Lifted code for adoptCode; undefined if there is little that the store at the start did not have. */
  storeCode(mostBytes: number): StorePieces | undefined {
    return this.cache.store(mostBytes);
  }

  /**
   * Uses the translations that storeTranslations gave in an earlier run, where the very bytes they were made
   * from lie at their addresses again. Of no effect on guest state. To be called before the first run. They must
   * be of the same ISA, CPU model, kernel text, version of this code and translationKey.
   * @param source where they are kept; regions are read from it as they are wanted
   * @returns false if it is no such store
   */
  adoptTranslations(source: StoredBytes): boolean {
    const adopted = this.translator?.adopt(source) ?? false;
    this.tellFirstRequest();
    return adopted;
  }

  /** Translations for adoptTranslations; undefined if there is little that the store at the start did not have. */
  storeTranslations(mostBytes: number): StorePieces | undefined {
    return this.translator?.save(mostBytes);
  }

  /** Forgets all lifted and translated code, as after the memory was restored from a snapshot. */
  flush(): void {
    this.cache.flush();
    this.translator?.flush();
    this.runState.requestLeave();
  }

  /** What the machine's state has of the engine. Outside a run only. */
  state(): EngineState {
    const { counters } = this;
    const { lines, stopRequested } = this.runState;
    const { shutdownReason } = this.cpu;
    const counts = { instructions: this.instructions(), cycles: this.cycles(), ...this.cyclesBy() };
    return { ...counts, lines, stopRequested, shutdownReason, counters: { ...counters } };
  }

  /** Goes on from a saved state, with CPU, MMU and memory restored before; forgets all code. */
  restore(state: EngineState): void {
    this.clock.restore(state.instructions, state.cycles, state.entryCycles, state.kernelCycles);
    Object.assign(this.counters, state.counters);
    this.translated = state.instructions - state.counters.interpretedInstructions;
    this.interpreter.slow.count = state.counters.slowAccesses;
    this.runState.lines = 0;
    for (let line = 0; line < 32; line++) if ((state.lines >>> line) & 1) this.setInterrupt(line, true);
    this.cpu.shutdownReason = state.shutdownReason;
    this.runState.stopRequested = state.stopRequested;
    this.flush();
    this.runState.space = this.cpu.mmu.current;
    this.cache.activate(this.runState.space);
  }

  private translationHost(): TranslationHost {
    return {
      options: this.options,
      optimisations: this.optimisations,
      isa: this.isa,
      cpu: this.cpu,
      counters: this.counters,
      block: (pc, mode) => this.cache.lifted(pc, mode),
      codeFrame: (pc, mode) => this.cache.frameOf(pc, mode),
      claimCode: ({ start, end, frame }) => this.cache.claim(frame, start & PAGE_MASK, end - start),
      runs: (pc, mode) => this.cache.runsOf(pc, mode),
      kernelCall: (number) => this.kernel.call(number),
      goOnUntil: (back, enters) => this.goOnUntil(back, enters),
      answerAccess: (address, bytes, write) => this.faults.answer(address, bytes, write),
      inPlace: (place, a, b, c) => this.places.run(place, a, b, c),
      helper: (number, a, b, c) => this.isa.helpers[number]!(this.cpu, a, b, c),
    };
  }

  /** Runs until something ends the run, or a fault is thrown: undefined, with the fault delivered. */
  private guarded(): RunExit | undefined {
    try {
      return this.loop();
    } catch (thrown) {
      if (!(thrown instanceof GuestFault)) throw thrown;
      try {
        this.faults.recover(thrown);
      } catch (second) {
        if (!(second instanceof GuestFault)) throw second;
        this.faults.recover(second);
      }
      return undefined;
    }
  }

  private finish(): void {
    this.answers?.giveUp();
    this.clock.finish();
    const { counters } = this;
    counters.instructions = this.clock.instructions();
    counters.cycles = this.clock.cycles();
    counters.entryCycles = this.clock.entryCycles();
    counters.kernelCycles = this.clock.workCycles();
    counters.interpretedInstructions = counters.instructions - this.translated;
    counters.slowAccesses = this.interpreter.slow.count;
  }

  private loop(): RunExit {
    const { cpu, clock, cache, runState: state } = this;
    state.phase = IN_BLOCK;
    for (;;) {
      while (state.afresh) {
        const exit = this.attend();
        if (exit !== undefined) return exit;
      }
      if (clock.left === 0 && !clock.refill()) return 'budget';
      if (this.translator !== undefined && this.enterTranslated(this.translator)) continue;
      const block = cache.find(cpu.pc, cpu.mode);
      if (block === 0) {
        state.lookAfresh();
        this.delivery.fault(cpu.mmu.pageFault(cache.fetchAddress, 'execute'));
      } else this.runBlocks(block, NO_STOP);
    }
  }

  /** Runs translated code if there is any here. True if there is nothing to interpret before the next look round. */
  private enterTranslated(translator: TranslatorPort): boolean {
    const { cpu, clock } = this;
    if (this.onBlock !== undefined || this.interpreter.observer !== undefined) return false;
    const before = clock.left;
    if (!translator.enter(cpu.pc, cpu.mode)) return false;
    this.translated += before - clock.left;
    // Otherwise it left something to the interpreter, which must do it before translated code is entered again.
    return this.runState.afresh || clock.left === 0;
  }

  /** See TranslationHost. Runs below translated code: what it interprets counts as interpreted. */
  private goOnUntil(back: number, enters: boolean): boolean {
    const { cpu, clock, cache } = this;
    const translator = this.translator!;
    if (enters && translator.enter(cpu.pc, cpu.mode, back) && cpu.pc === back) return !this.runState.afresh;
    while (!this.runState.afresh && clock.left > 0) {
      const block = cache.find(cpu.pc, cpu.mode);
      if (block === 0) return false;
      const before = clock.left;
      this.runBlocks(block, back);
      this.translated -= before - clock.left;
      if (this.runState.afresh) return false;
      if (cpu.pc === back) return true;
      if (clock.left > 0 && translator.enter(cpu.pc, cpu.mode, back) && cpu.pc === back) return !this.runState.afresh;
    }
    return false;
  }

  /** Looks at what may have changed: stop, shutdown, interrupts, address space. */
  private attend(): RunExit | undefined {
    const { cpu, runState: state } = this;
    state.beginLook();
    if (this.cache.full) this.cache.flush();
    if (cpu.shutdownReason !== undefined) {
      this.shutdownReason = cpu.shutdownReason;
      return 'shutdown';
    }
    if (state.stopRequested) {
      state.stopRequested = false;
      return 'stopped';
    }
    if (state.interruptsDue) this.delivery.interrupt();
    if (cpu.mmu.current !== state.space) {
      state.space = cpu.mmu.current;
      this.cache.activate(state.space);
    }
    return undefined;
  }

  /**
   * Interprets the block, and where nobody watches those behind it, until something is left to the rest
   * of the engine, or pc is `stop`.
   */
  private runBlocks(block: number, stop: number): void {
    const { interpreter, translator } = this;
    if (!this.chains || this.onBlock !== undefined || interpreter.observer !== undefined) {
      this.interpret(block);
      return;
    }
    const answer = interpreter.run(block, stop, translator?.isWaiting() ? FUEL_WAITING : PLENTY);
    switch (answer) {
      case RUN.look:
        return;
      case RUN.terminal:
        this.blockEnd.end(interpreter.block);
        return;
      case RUN.hot:
        this.askForTranslation(interpreter.block);
        return;
      case RUN.short:
        if (this.clock.left > 0) this.interpret(interpreter.block);
        return;
      case RUN.fault:
        this.position.standAtFault(interpreter.block, interpreter.faulting(), interpreter.slow.implied);
        this.delivery.fault(interpreter.takeFault());
        this.runState.lookIfMust();
        return;
      default:
        this.blockEnd.leave(interpreter.block);
    }
  }

  /** The block is at the count of runs that it was to come back with. */
  private askForTranslation(block: number): void {
    const { records } = this;
    const pc = records.get(block, RECORD.pc);
    const mode = records.get(block, RECORD.mode);
    const { translator } = this;
    const next = this.asksForTranslation ? translator!.nextRequest(pc, mode, records.get(block, RECORD.due)) : -1;
    records.set(block, RECORD.due, next);
    translator?.request(pc, mode);
  }

  /** What is kept has an influence on it. */
  private tellFirstRequest(): void {
    this.cache.firstRequest = this.asksForTranslation ? this.translator!.firstRequest() : -1;
  }

  private get asksForTranslation(): boolean {
    return this.translator !== undefined && Number.isFinite(this.options.hotness);
  }

  /** Interprets one block, or as much of it as the budget allows. */
  private interpret(block: number): void {
    const { clock, records } = this;
    const length = records.get(block, RECORD.count);
    if (length > clock.left && length - clock.left <= this.slack) this.lengthen(length - clock.left);
    const count = Math.min(length, clock.left);
    if (this.onBlock !== undefined) this.onBlock(records.get(block, RECORD.pc), records.get(block, RECORD.mode), count);
    const runs = records.get(block, RECORD.runs) + 1;
    records.set(block, RECORD.runs, runs);
    if (runs === records.get(block, RECORD.due)) this.askForTranslation(block);
    this.mix?.prepare(block);
    if (!this.interpreter.execute(block, count)) this.blockEnd.leave(block);
    else if (count === length) this.blockEnd.end(block);
    else this.position.stand(block, count);
  }

  private lengthen(instructions: number): void {
    this.slack -= instructions;
    this.clock.extend(instructions);
  }

  private codeWritten(frame: number, offset: number, length: number): void {
    this.cache.codeWritten(frame, offset, length);
    this.translator?.codeWritten(frame, offset, length);
    this.interpreter.slow.codeWritten = true;
    this.runState.requestLeave();
  }

  private mappingChanged(space: AddressSpace, page: number): void {
    this.cache.mappingChanged(space, page);
    this.translator?.mappingChanged(space, page);
    if (page >= this.cpu.mmu.kernelPage || space === this.runState.space) this.runState.requestLeave();
  }

  private spaceDestroyed(space: AddressSpace): void {
    this.cache.spaceDestroyed(space);
    this.translator?.spaceDestroyed(space);
  }
}
