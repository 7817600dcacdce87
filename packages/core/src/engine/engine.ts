import type { Cpu } from '../cpu/cpu.ts';
import { GuestFault } from '../cpu/guest-fault.ts';
import { RECORD, RECORD_KERNEL, Records } from '../interp/block-record.ts';
import { type AccessObserver, Interpreter } from '../interp/interpreter.ts';
import { RUN } from '../interp/loop-abi.ts';
import { hostFuses } from '../ir/host-fusion.ts';
import type { IsaBackend } from '../isa-backend.ts';
import type { AddressSpace } from '../memory/address-space.ts';
import { INTERRUPTS_ADDRESS, LEAVE_ADDRESS, PAGE_MASK, STATE_BASE } from '../memory/memory-map.ts';
import { BlockCache } from './block-cache.ts';
import { Clock } from './clock.ts';
import {
  type EngineCounters,
  type EngineOptions,
  type EngineState,
  inKernelText,
  KERNEL_GO_ON,
  KERNEL_LEAVE,
  type KernelPort,
  type RunExit,
  type TrapEvent,
} from './engine-types.ts';
import { MixCounter } from './mix-counter.ts';
import { ALL_OPTIMISATIONS, type Optimisations } from './optimisations.ts';
import type { StoredBytes } from './stored-code.ts';
import {
  PLACE_ELSEWHERE,
  PLACE_LEAVE,
  PLACE_NEXT,
  type Place,
  type TranslationHost,
  type TranslatorPort,
} from './translator-port.ts';

/** What runs when a fault is thrown. */
const IN_BLOCK = 0;
const IN_SYSTEM_ROUTINE = 1;
const IN_KERNEL = 2;
const IN_DELIVERY = 3;
const IN_ASSIST = 4;
const IN_PLACE = 5;

/** So many traps in a row without one instruction executed: the CPU gets nowhere (a handler that cannot be fetched, say). */
const MAX_TRAPS_IN_A_ROW = 100_000;
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
  };
  /** Why the CPU cannot go on, after 'shutdown'. */
  shutdownReason: string | undefined;
  /** Debugger hook: called before each block of guest code. While it is set nothing runs translated. */
  onBlock: ((pc: number, mode: number, instructions: number) => void) | undefined;
  /** Counts instructions by class; undefined where nobody asked. */
  readonly mix: MixCounter | undefined;
  /** Debugger hook: called before a trap, fault or interrupt is delivered. It sees those traps that the host delivers (all without Optimisations.inlineTraps). */
  onTrap: ((event: TrapEvent) => void) | undefined;
  readonly optimisations: Optimisations;
  private readonly options: EngineOptions;
  private readonly isa: IsaBackend;
  private readonly cpu: Cpu;
  private readonly kernel: KernelPort;
  private readonly clock: Clock;
  private readonly interpreter: Interpreter;
  private readonly cache: BlockCache;
  private readonly translator: TranslatorPort | undefined;
  private readonly records: Records;
  /** The interpreter goes from block to block by itself. */
  private readonly chains: boolean;
  private space: AddressSpace;
  private phase = IN_BLOCK;
  /** The CPU's state is to be looked at afresh; and so are the interrupt lines (after architectural events only). */
  private afresh = true;
  private interruptsDue = true;
  private stopRequested = false;
  /** Interrupt request lines that are up, a bit each. */
  private lines = 0;
  /** Cycles that this run was charged by addCycles. */
  private work = 0;
  /** The instruction of its block that the ISA is asked to do. */
  private assisted = 0;
  /** What translated code has the ISA do. */
  private place: Place | undefined;
  private trapsInARow = 0;
  private lastTrapAt = -1;
  /** Instructions that translated code executed. */
  private translated = 0;
  /** The fault being delivered: a copy, for delivery may meet further ones. */
  private readonly fault = new GuestFault();

  constructor(options: EngineOptions) {
    if (options.cpu.base !== STATE_BASE) throw new TypeError('the CPU state is not at STATE_BASE');
    this.options = options;
    const on = options.optimisations ?? ALL_OPTIMISATIONS;
    this.optimisations = { ...on, hostFusion: on.hostFusion && hostFuses() };
    this.isa = options.isa;
    this.cpu = options.cpu;
    this.kernel = options.kernel;
    this.clock = new Clock(this.cpu.i32);
    this.cpu.clock = this.clock;
    this.records = new Records(this.cpu.i32, this.cpu.memory.u16);
    this.chains = this.optimisations.chaining && !options.mix;
    this.mix = options.mix ? new MixCounter(this.isa, this.cpu) : undefined;
    const { memory, mmu } = this.cpu;
    this.interpreter = new Interpreter(this.cpu, this.isa.helpers, this.isa.alignment, options.fixedModules);
    this.cache = new BlockCache(
      options,
      this.counters,
      (pc, mode) => this.nextRequest(pc, mode, 0),
      () => this.mix?.flush(),
    );
    this.space = mmu.current;
    this.translator =
      options.mix || !this.optimisations.translation ? undefined : options.translator?.(this.translationHost());
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

  /** Executes `budget` instructions, unless the machine stops before. A faulting instruction does not count, a trapping one as its terminal says. */
  run(budget: number): RunExit {
    this.clock.start(budget);
    this.work = 0;
    this.lookAfresh();
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

  /** Charges cycles that no instruction stands for: modelled kernel work. Much of it ends the run early. */
  addCycles(cycles: number): void {
    this.clock.addWork(cycles);
    this.work += cycles;
    if (this.work >= WORK_A_RUN) this.stop();
  }

  /** Run comes back after the present instruction; called outside a run, the next one comes back at once. */
  stop(): void {
    this.stopRequested = true;
    this.requestLeave();
  }

  /** Raises or lowers an interrupt request line (0 to 31). It is level-triggered: taken while it is up and the CPU may. */
  setInterrupt(line: number, pending: boolean): void {
    if (pending) this.lines |= 1 << line;
    else this.lines &= ~(1 << line);
    this.cpu.interruptPending = this.lines !== 0;
    this.cpu.i32[INTERRUPTS_ADDRESS >> 2] = this.lines;
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
  storeCode(mostBytes: number): Uint8Array | undefined {
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
    return this.translator?.adopt(source) ?? false;
  }

  /** Translations for adoptTranslations; undefined if there is little that the store at the start did not have. */
  storeTranslations(mostBytes: number): Uint8Array | undefined {
    return this.translator?.save(mostBytes);
  }

  /** Forgets all lifted and translated code, as after the memory was restored from a snapshot. */
  flush(): void {
    this.cache.flush();
    this.translator?.flush();
    this.requestLeave();
  }

  /** What the machine's state has of the engine. Outside a run only. */
  state(): EngineState {
    const { lines, stopRequested, counters } = this;
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
    this.lines = 0;
    for (let line = 0; line < 32; line++) if ((state.lines >>> line) & 1) this.setInterrupt(line, true);
    this.cpu.shutdownReason = state.shutdownReason;
    this.stopRequested = state.stopRequested;
    this.flush();
    this.space = this.cpu.mmu.current;
    this.cache.activate(this.space);
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
      kernelCall: (number) => this.callKernel(number),
      goOnUntil: (back) => this.goOnUntil(back),
      inPlace: (place, a, b, c) => this.doInPlace(place, a, b, c),
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
        this.recover(thrown);
      } catch (second) {
        if (!(second instanceof GuestFault)) throw second;
        this.recover(second);
      }
      return undefined;
    }
  }

  private finish(): void {
    this.clock.finish();
    const { counters } = this;
    counters.instructions = this.clock.instructions();
    counters.cycles = this.clock.cycles();
    counters.entryCycles = this.clock.entryCycles();
    counters.kernelCycles = this.clock.workCycles();
    counters.interpretedInstructions = counters.instructions - this.translated;
    counters.slowAccesses = this.interpreter.slow.count;
  }

  private lookAfresh(): void {
    this.afresh = true;
    this.interruptsDue = true;
  }

  private loop(): RunExit {
    const { cpu, clock, cache } = this;
    this.phase = IN_BLOCK;
    for (;;) {
      while (this.afresh) {
        const exit = this.attend();
        if (exit !== undefined) return exit;
      }
      if (clock.left === 0 && !clock.refill()) return 'budget';
      if (this.translator !== undefined && this.enterTranslated(this.translator)) continue;
      const block = cache.find(cpu.pc, cpu.mode);
      if (block === 0) {
        this.lookAfresh();
        this.deliverFault(cpu.mmu.pageFault(cache.fetchAddress, 'execute'));
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
    return this.afresh || clock.left === 0;
  }

  /** See TranslationHost. Runs below translated code: what it interprets counts as interpreted. */
  private goOnUntil(back: number): boolean {
    const { cpu, clock, cache } = this;
    const translator = this.translator!;
    while (!this.afresh && clock.left > 0) {
      const block = cache.find(cpu.pc, cpu.mode);
      if (block === 0) return false;
      const before = clock.left;
      this.runBlocks(block, back);
      this.translated -= before - clock.left;
      if (this.afresh) return false;
      if (cpu.pc === back) return true;
      if (clock.left > 0 && translator.enter(cpu.pc, cpu.mode, back) && cpu.pc === back) return !this.afresh;
    }
    return false;
  }

  /** Looks at what may have changed: stop, shutdown, interrupts, address space. */
  private attend(): RunExit | undefined {
    const { cpu } = this;
    this.afresh = false;
    cpu.leaveRequested = false;
    cpu.i32[LEAVE_ADDRESS >> 2] = 0;
    if (this.cache.full) this.cache.flush();
    if (cpu.shutdownReason !== undefined) {
      this.shutdownReason = cpu.shutdownReason;
      return 'shutdown';
    }
    if (this.stopRequested) {
      this.stopRequested = false;
      return 'stopped';
    }
    if (this.interruptsDue) this.takeInterrupt();
    if (cpu.mmu.current !== this.space) {
      this.space = cpu.mmu.current;
      this.cache.activate(this.space);
    }
    return undefined;
  }

  private takeInterrupt(): void {
    const { cpu } = this;
    this.interruptsDue = false;
    if (this.lines === 0 || !this.isa.interruptsEnabled(cpu)) return;
    this.beginDelivery();
    const line = 31 - Math.clz32(this.lines & -this.lines);
    this.onTrap?.({ kind: 'interrupt', pc: cpu.pc >>> 0, line });
    this.isa.deliverInterrupt(cpu, line);
    this.phase = IN_BLOCK;
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
        this.endBlock(interpreter.block);
        return;
      case RUN.hot:
        this.askForTranslation(interpreter.block);
        return;
      case RUN.short:
        if (this.clock.left > 0) this.interpret(interpreter.block);
        return;
      case RUN.fault:
        this.standAtFault(interpreter.slow.implied);
        this.deliverFault(interpreter.takeFault());
        if (this.mustLeave()) this.lookAfresh();
        return;
      default:
        this.leaveBlock(interpreter.block);
    }
  }

  /** The block is at the count of runs that it was to come back with. */
  private askForTranslation(block: number): void {
    const { records } = this;
    const pc = records.get(block, RECORD.pc);
    const mode = records.get(block, RECORD.mode);
    records.set(block, RECORD.due, this.nextRequest(pc, mode, records.get(block, RECORD.due)));
    this.translator?.request(pc, mode);
  }

  /** After how many runs a block that has run so often is to be asked for; -1: never. */
  private nextRequest(pc: number, mode: number, runs: number): number {
    if (this.translator === undefined || !Number.isFinite(this.options.hotness)) return -1;
    return this.translator.nextRequest(pc, mode, runs);
  }

  /** Interprets one block, or as much of it as the budget allows. */
  private interpret(block: number): void {
    const { clock, records } = this;
    const length = records.get(block, RECORD.count);
    const count = Math.min(length, clock.left);
    if (this.onBlock !== undefined) this.onBlock(records.get(block, RECORD.pc), records.get(block, RECORD.mode), count);
    const runs = records.get(block, RECORD.runs) + 1;
    records.set(block, RECORD.runs, runs);
    if (runs === records.get(block, RECORD.due)) this.askForTranslation(block);
    this.mix?.prepare(block);
    if (!this.interpreter.execute(block, count)) this.leaveBlock(block);
    else if (count === length) this.endBlock(block);
    else this.stand(block, count);
  }

  /** The block was left before its end: a trapIf was taken, or code was written. */
  private leaveBlock(block: number): void {
    const { interpreter, isa } = this;
    const index = interpreter.left;
    const vector = interpreter.trapVector;
    if (vector < 0) {
      this.stand(block, index);
      return;
    }
    interpreter.trapVector = -1;
    const kind = isa.trapKind?.(vector, this.records.get(block, RECORD.mode)) ?? 'trap';
    if (kind === 'skip') {
      this.stand(block, index + 1);
      return;
    }
    this.stand(block, index);
    if (kind === 'trap') this.deliverTrap(vector, interpreter.trapError, this.pcOf(block, index + 1));
    else if (kind === 'assist') this.assist(block, index, vector);
    else if (kind === 'again') this.doAgain(block, index, vector);
    else this.goTo(block, index + 1);
  }

  /** Stands at instruction `index` of the block (its end, for its count), those before it counted. */
  private stand(block: number, index: number): void {
    this.count(block, index, this.records.cyclesBefore(block, index));
    this.mix?.part(block, 0, index);
    this.goTo(block, index);
  }

  /** Stands at the instruction that faulted. One that traps, and faults on its way (`implied`), counts as a trap does. */
  private standAtFault(implied: boolean): void {
    const { block } = this.interpreter;
    const index = this.interpreter.faulting();
    this.stand(block, index);
    if (!implied) return;
    const cycles = this.cyclesOf(block, index);
    this.count(block, 1, cycles);
    this.mix?.part(block, index, index + 1);
    if (!this.isKernelText(block)) this.clock.countEntry(cycles);
  }

  /** Sets pc and mode to those of instruction `index`, or of the end. */
  private goTo(block: number, index: number): void {
    const { cpu } = this;
    cpu.pc = this.pcOf(block, index);
    if (this.records.hasModes(block)) cpu.mode = this.records.modeAt(block, index);
  }

  /** Address of instruction `index` of the block; of the end for its count. */
  private pcOf(block: number, index: number): number {
    return this.records.pcAt(block, index);
  }

  /** Static cycles of instruction `index`. */
  private cyclesOf(block: number, index: number): number {
    return this.records.cyclesBefore(block, index + 1) - this.records.cyclesBefore(block, index);
  }

  /** Stands at instruction `index`, to do it under the mode that the ISA now sets. */
  private doAgain(block: number, index: number, vector: number): void {
    this.isa.deliverTrap(this.cpu, vector, this.interpreter.trapError, this.pcOf(block, index + 1));
    this.lookAfresh();
  }

  /** Has the ISA do instruction `index` as a whole, counted. */
  private assist(block: number, index: number, vector: number): void {
    const { cpu } = this;
    this.count(block, 1, this.cyclesOf(block, index));
    this.mix?.part(block, index, index + 1);
    this.assisted = index;
    this.phase = IN_ASSIST;
    this.isa.deliverTrap(cpu, vector, this.interpreter.trapError, this.pcOf(block, index + 1));
    this.phase = IN_BLOCK;
    if (!this.isKernelText(block) && inKernelText(this.options, cpu.pc)) {
      this.clock.countEntry(this.cyclesOf(block, index));
    }
    if (cpu.leaveRequested) this.lookAfresh();
  }

  /** All operations of the block are done: the terminal. */
  private endBlock(block: number): void {
    const { cpu, records } = this;
    const count = records.get(block, RECORD.count);
    const value = records.get(block, RECORD.value) >> 2;
    const target = records.get(block, RECORD.target);
    const next = records.get(block, RECORD.next);
    this.count(block, count, records.get(block, RECORD.cycles));
    this.mix?.whole(block);
    if (records.hasModes(block)) cpu.mode = records.get(block, RECORD.endMode);
    switch (records.get(block, RECORD.terminal)) {
      case 0: // jump, call
        cpu.pc = target;
        return;
      case 1: // branch
        cpu.pc = cpu.i32[value]! !== 0 ? target : next;
        return;
      case 2: // return and computed jumps
        cpu.pc = cpu.i32[value]!;
        return;
      case 3: // a trap whose instruction does not count
        this.uncount(block);
        this.goTo(block, count - 1);
        this.deliverTrap(target, cpu.i32[value]!, next);
        return;
      case 6: // one whose does
        this.goTo(block, count - 1);
        this.deliverTrap(target, cpu.i32[value]!, next);
        this.noteEntry(block);
        return;
      case 4:
        this.runSystemRoutine(block);
        return;
      case 7:
        cpu.mode = cpu.i32[records.get(block, RECORD.args) >> 2]!;
        cpu.pc = cpu.i32[value]!;
        if (target !== 0 || inKernelText(this.options, cpu.pc)) this.noteEntry(block);
        if (this.mustLeave()) this.lookAfresh();
        return;
      default:
        cpu.pc = next;
        this.callKernel(target);
    }
  }

  private runSystemRoutine(block: number): void {
    const { cpu, records } = this;
    const m = cpu.i32;
    const args = records.get(block, RECORD.argCount);
    cpu.pc = this.pcOf(block, records.get(block, RECORD.count) - 1);
    this.phase = IN_SYSTEM_ROUTINE;
    this.isa.systemRoutines[records.get(block, RECORD.target)]!(
      cpu,
      args > 0 ? m[records.get(block, RECORD.args) >> 2]! : 0,
      args > 1 ? m[records.get(block, RECORD.args + 4) >> 2]! : 0,
      args > 2 ? m[records.get(block, RECORD.args + 8) >> 2]! : 0,
      records.get(block, RECORD.next),
    );
    this.phase = IN_BLOCK;
    if (this.mustLeave()) this.lookAfresh();
    if (inKernelText(this.options, cpu.pc)) this.noteEntry(block);
  }

  /** See TranslationHost.inPlace. */
  private doInPlace(place: Place, a: number, b: number, c: number): number {
    const { cpu } = this;
    if (place.kind === 'switchMode') {
      const counts = place.number < 0 && !place.inKernelText && inKernelText(this.options, cpu.pc);
      if (counts) this.clock.countEntry(place.cycles);
      return this.answerOf(place);
    }
    cpu.pc = place.pc;
    if (place.kind === 'system') {
      this.place = place;
      this.phase = IN_PLACE;
      this.isa.systemRoutines[place.number]!(cpu, a, b, c, place.next);
      this.phase = IN_BLOCK;
      if (!place.inKernelText && inKernelText(this.options, cpu.pc)) this.clock.countEntry(place.cycles);
    } else {
      if (!place.completes) this.uncountPlace(place);
      cpu.mode = place.mode;
      this.deliver(place.number, a, place.next);
      if (place.completes && !place.inKernelText) this.clock.countEntry(place.cycles);
    }
    return this.answerOf(place);
  }

  /** What TranslationHost.inPlace answers when the instruction is done. */
  private answerOf(place: Place): number {
    const { cpu } = this;
    if (this.mustLeave()) {
      cpu.leaveRequested = true;
      this.lookAfresh();
      return PLACE_LEAVE;
    }
    return cpu.pc === place.next && cpu.mode === place.nextMode ? PLACE_NEXT : PLACE_ELSEWHERE;
  }

  /** Takes an instruction back out of the counts. */
  private uncountPlace(place: Place): void {
    this.clock.count(-1, -place.cycles);
    if (place.inKernelText) this.clock.countEntry(-place.cycles);
  }

  private isKernelText(block: number): boolean {
    return (this.records.get(block, RECORD.flags) & RECORD_KERNEL) !== 0;
  }

  /** The block's last instruction. */
  private lastOf(block: number): number {
    return this.records.get(block, RECORD.count) - 1;
  }

  /** Counts instructions of a block, and their cycles. */
  private count(block: number, instructions: number, cycles: number): void {
    this.clock.count(instructions, cycles);
    if (this.isKernelText(block)) this.clock.countEntry(cycles);
  }

  /** The block's last instruction led into the kernel: what it cost is cost of entry. */
  private noteEntry(block: number): void {
    if (!this.isKernelText(block)) this.clock.countEntry(this.cyclesOf(block, this.lastOf(block)));
  }

  /** Takes the block's last instruction back out of the counts. */
  private uncount(block: number): void {
    this.count(block, -1, -this.cyclesOf(block, this.lastOf(block)));
    this.mix?.part(block, this.lastOf(block), this.lastOf(block) + 1, -1);
  }

  private callKernel(number: number): number {
    const before = this.phase;
    this.phase = IN_KERNEL;
    const answer = this.kernel.kernelCall(number);
    this.phase = before;
    const { cpu } = this;
    if (answer === KERNEL_GO_ON && !this.mustLeave()) return KERNEL_GO_ON;
    cpu.leaveRequested = true;
    this.lookAfresh();
    return KERNEL_LEAVE;
  }

  private mustLeave(): boolean {
    const { cpu } = this;
    return (
      cpu.leaveRequested ||
      this.stopRequested ||
      cpu.shutdownReason !== undefined ||
      cpu.mmu.current !== this.space ||
      (this.lines !== 0 && this.isa.interruptsEnabled(cpu))
    );
  }

  private requestLeave(): void {
    this.afresh = true;
    this.cpu.leaveRequested = true;
    this.cpu.i32[LEAVE_ADDRESS >> 2] = 1;
  }

  private deliverTrap(vector: number, error: number, next: number): void {
    this.deliver(vector, error, next);
    if (this.mustLeave()) this.lookAfresh();
  }

  private deliver(vector: number, error: number, next: number): void {
    this.noteTrap();
    this.phase = IN_DELIVERY;
    this.onTrap?.({ kind: 'trap', pc: this.cpu.pc >>> 0, vector, error });
    this.isa.deliverTrap(this.cpu, vector, error, next);
    this.phase = IN_BLOCK;
  }

  private deliverFault(thrown: GuestFault): void {
    const { fault } = this;
    fault.access = thrown.access;
    fault.address = thrown.address;
    fault.present = thrown.present;
    fault.implied = thrown.implied;
    fault.vector = thrown.vector;
    fault.error = thrown.error;
    this.noteTrap();
    this.phase = IN_DELIVERY;
    this.onTrap?.({ kind: 'fault', pc: this.cpu.pc >>> 0, ...fault });
    this.isa.deliverFault(this.cpu, fault);
    this.phase = IN_BLOCK;
  }

  private beginDelivery(): void {
    this.noteTrap();
    this.lookAfresh();
    this.phase = IN_DELIVERY;
  }

  /** Ends a CPU that takes trap after trap and executes nothing. */
  private noteTrap(): void {
    const now = this.clock.instructions();
    this.trapsInARow = now === this.lastTrapAt ? this.trapsInARow + 1 : 0;
    this.lastTrapAt = now;
    if (this.trapsInARow > MAX_TRAPS_IN_A_ROW) this.cpu.shutdownReason ??= 'endless traps: no instruction executed';
  }

  /** A fault was thrown: delivers it, with the instructions before the faulting one counted. */
  private recover(fault: GuestFault): void {
    const { phase } = this;
    const { block } = this.interpreter;
    if (phase === IN_KERNEL) {
      throw new Error(`a guest fault escaped from a kernel call: ${describe(fault)}`);
    }
    if (phase === IN_DELIVERY) {
      this.cpu.shutdownReason ??= `a fault escaped from trap delivery: ${describe(fault)}`;
      this.afresh = true;
      return;
    }
    if (phase === IN_SYSTEM_ROUTINE) {
      this.uncount(block);
      this.goTo(block, this.lastOf(block));
    } else if (phase === IN_ASSIST) {
      this.count(block, -1, -this.cyclesOf(block, this.assisted));
      this.mix?.part(block, this.assisted, this.assisted + 1, -1);
      this.goTo(block, this.assisted);
    } else if (phase === IN_PLACE) {
      const place = this.place!;
      this.uncountPlace(place);
      this.cpu.pc = place.pc;
      this.cpu.mode = place.mode;
    } else this.standAtFault(fault.implied);
    this.phase = IN_BLOCK;
    this.lookAfresh();
    this.deliverFault(fault);
  }

  private codeWritten(frame: number, offset: number, length: number): void {
    this.cache.codeWritten(frame, offset, length);
    this.translator?.codeWritten(frame, offset, length);
    this.interpreter.slow.codeWritten = true;
    this.requestLeave();
  }

  private mappingChanged(space: AddressSpace, page: number): void {
    this.cache.mappingChanged(space, page);
    this.translator?.mappingChanged(space, page);
    if (page >= this.cpu.mmu.kernelPage || space === this.space) this.requestLeave();
  }

  private spaceDestroyed(space: AddressSpace): void {
    this.cache.spaceDestroyed(space);
    this.translator?.spaceDestroyed(space);
  }
}

function describe(fault: GuestFault): string {
  if (fault.access === undefined) return `vector ${fault.vector}, error ${fault.error}`;
  return `${fault.access} of 0x${(fault.address >>> 0).toString(16)}`;
}
