import {
  Cpu,
  type CpuModel,
  Engine,
  GuestMemory,
  type KernelPort,
  Mmu,
  optimisationsWithout,
  PAGE_SHIFT,
  STATE_BASE,
  type TranslationHost,
  wasmTranslator,
} from '@kml/core';
import {
  auditKernel,
  bootKernel,
  consoleResized,
  createKernel,
  type Kernel,
  type KernelAudit,
  type KernelOptions,
  kernelCall,
  noteAnswered,
  recognisedTrap,
  writebackAll,
} from '@kml/kernel';
import { standardRegistry } from './container.ts';
import { silentConsole, silentLog, zeroEntropy } from './defaults.ts';
import { MachineCode } from './kept-code.ts';
import { MachineError } from './machine-error.ts';
import { MemoryAccess } from './memory-access.ts';
import type { MachineOptions, ProgramOptions, RunLimits, RunResult } from './options.ts';
import type { ArchPlugin, ArchRegistry } from './plugin.ts';
import type { Profile } from './profile/profile.ts';
import { Profiler } from './profile/profiler.ts';
import { Registers } from './registers.ts';
import { Doorbell, ending, runToEnd, stepBy } from './run-loop.ts';
import { saveMachine } from './save/save-machine.ts';
import type { SavedMachine } from './save/saved-machine.ts';
import { hashState } from './state-hash.ts';
import { collectStats, countEntries, type MachineStats } from './stats.ts';

const MIB = 2 ** 20;
const DEFAULT_MEMORY = 256 * MIB;
const LEAST_MEMORY = 4 * MIB;
const MOST_MEMORY = 2048 * MIB;
const DEFAULT_HOTNESS = 4000;

/**
 * A machine: CPU, memory and kernel of one architecture, and what runs on it. Made by createMachine;
 * load a program, then run it to its end, or step it; registers and memory can be read and written
 * whenever it stands.
 */
export class Machine {
  readonly arch: ArchPlugin;
  readonly model: CpuModel;
  /** CPU registers by the debugger's names. */
  readonly registers: Registers;
  /** Memory of the current process by virtual address. */
  readonly memory: MemoryAccess;
  readonly kernel: Kernel;
  readonly engine: Engine;
  /** What the translator works with; undefined where nothing is translated. */
  translation: TranslationHost | undefined;
  private profiler: Profiler | undefined;
  private readonly bell = new Doorbell();
  private readonly writesHost: boolean;
  /** What is kept between runs, if anything is. */
  private readonly code: MachineCode | undefined;
  /** What the first program's code goes by in the store. */
  codeName = '';

  /** @throws MachineError for options that make no sense. */
  constructor(options: MachineOptions, registry: ArchRegistry = standardRegistry()) {
    if (options.network && options.time === 'virtual') {
      throw new MachineError("the host's network goes by the host's clock: it cannot be had with virtual time");
    }
    this.arch = findArch(registry, options.arch ?? registry.plugins[0]!.name);
    const { isa, abi } = this.arch;
    this.model = findModel(this.arch, options.cpu);
    const memory = makeMemory(options.memory ?? DEFAULT_MEMORY, isa.byteOrder);
    const mmu = new Mmu(memory, abi.taskSize);
    const cpu = new Cpu(memory, mmu, isa.layout, STATE_BASE);
    isa.reset(cpu);
    const image = abi.buildImage();
    const optimisations = optimisationsWithout([
      ...(options.without ?? []),
      // A hook on traps sees the CPU as it is before one: the host is to do them.
      ...(options.onTrap ? (['inlineTraps'] as const) : []),
    ]);
    const { codeStore } = options;
    this.code =
      codeStore && optimisations.storedCode ? new MachineCode(codeStore, this.arch.name, optimisations) : undefined;
    this.engine = new Engine({
      isa,
      cpu,
      model: this.model,
      kernel: this.kernelPort(options.profileEvery !== undefined),
      kernelText: { start: image.textStart, end: image.textEnd },
      recognised: recognises(options) ? recognisedTrap(abi.taskSize, image) : undefined,
      hotness: options.hotness ?? DEFAULT_HOTNESS,
      optimisations,
      ...(this.code && { hostCode: this.code.hostCode, fixedModules: this.code.fixedModules }),
      mix: options.mix ?? false,
      ...(!options.interpret && { translator: (host) => wasmTranslator((this.translation = host)) }),
    });
    this.kernel = createKernel({
      abi,
      cpu,
      memory,
      mmu,
      image,
      engine: this.engine,
      host: {
        console: options.console ?? silentConsole,
        clock: options.clock ?? hostClock,
        entropy: options.entropy ?? zeroEntropy,
        log: options.log ?? silentLog,
        ...(options.swapStore && { swap: options.swapStore }),
        ...(options.network && { network: options.network }),
      },
      options: kernelOptions(options, this.model),
    });
    if (options.profileEvery !== undefined) {
      this.profiler = new Profiler(this.kernel, this.engine, options.profileEvery);
    }
    this.writesHost = this.kernel.options.writeRoot || this.kernel.options.mounts.some(({ readOnly }) => !readOnly);
    this.registers = new Registers(cpu, isa);
    this.memory = new MemoryAccess(this.kernel);
    if (options.onBlock) this.engine.onBlock = options.onBlock;
    if (options.onTrap) this.engine.onTrap = options.onTrap;
    if (options.onMemoryAccess) this.engine.onMemoryAccess = options.onMemoryAccess;
  }

  /** The engine's way to the kernel. A profile is told of every call. */
  private kernelPort(profiled: boolean): KernelPort {
    const call = (number: number): number => kernelCall(this.kernel, number);
    if (profiled) return { kernelCall: (number) => this.profiler!.timed(number, call) };
    return {
      kernelCall: call,
      steadyCall: (number) => this.kernel.steady[number],
      answered: (number, count) => noteAnswered(this.kernel, number, count),
    };
  }

  /**
   * Boots the kernel and starts the first program.
   * @throws MachineError with status 127 (not found) or 126 (cannot be run), or 125.
   */
  load(program: ProgramOptions): void {
    const error = bootKernel(this.kernel, {
      path: program.path,
      argv: program.argv ?? [program.path],
      env: Object.entries(program.env ?? {}).map(([name, value]) => `${name}=${value}`),
      cwd: program.cwd ?? '/',
      uid: program.uid ?? 0,
      gid: program.gid ?? program.uid ?? 0,
    });
    if (error !== 0) throw refusal(program.path, error);
    const ways = this.kernel.options.recognise ? '' : '-traps';
    this.adopt(`${this.arch.name}-${this.model.name}${ways}-${program.path}`);
  }

  /** Uses the code that earlier runs of the program kept under this name, and will keep this run's there. */
  adopt(codeName: string): void {
    this.codeName = codeName;
    this.code?.adopt(this.engine, codeName);
  }

  /**
   * The machine as it stands, to be made again by restoreMachine. Go through the parts before it runs on.
   * @param version of this KML: only the same one restores it
   */
  save(version: string): SavedMachine {
    return saveMachine(this, version);
  }

  /** Runs to the end of the first program, of a limit, or to a pause. Where the program has ended, sync() has been called. */
  async run(limits: RunLimits = {}): Promise<RunResult> {
    const result = await runToEnd(this.kernel, this.engine, this.bell, limits, this.profiler);
    this.profiler?.sample('end');
    if (result.kind === 'exit' || result.kind === 'signal') this.sync();
    if (result.kind !== 'paused') this.code?.keep(this.engine, this.codeName);
    return result;
  }

  /**
   * Writes to the host's files what shared mappings have changed in them, as sync() of the guest does.
   * For those who let a machine go that was ended by a limit, or was stepped.
   */
  sync(): void {
    if (this.writesHost) writebackAll(this.kernel);
  }

  /** Executes exactly so many instructions, unless the machine ends or only waits; answers how it ended, if it did. */
  step(instructions = 1): RunResult | undefined {
    return stepBy(this.kernel, this.engine, instructions) ?? ending(this.kernel);
  }

  /** Instructions executed since boot. */
  get instructions(): number {
    return this.engine.instructions();
  }

  /** Has the present run come back with kind 'paused', within some milliseconds; outside a run, the next one at once. */
  pause(): void {
    this.bell.pauseRequested = true;
    this.bell.wake();
  }

  /** Tells an idle machine that the host has something for it. */
  wake(): void {
    this.bell.wake();
  }

  /** The console's window has another size now. */
  consoleResized(): void {
    consoleResized(this.kernel);
    this.bell.wake();
  }

  /** Hash of registers, page frames and counters: equal for machines in the same state. */
  stateHash(): string {
    return hashState(this.kernel);
  }

  /** What the kernel holds, and where the counts it keeps do not agree with what is there. Takes a while. */
  audit(): KernelAudit {
    return auditKernel(this.kernel);
  }

  /** Entries into the kernel so far: system calls, faults, interrupts. Cheap, as stats is not. */
  kernelEntries(): number {
    return countEntries(this.kernel);
  }

  /** Where instructions, cycles and host time have gone so far; undefined without MachineOptions.profileEvery. */
  profile(): Profile | undefined {
    return this.profiler?.profile(this.arch.name, this.model.name);
  }

  stats(): MachineStats {
    const stats = collectStats(this.kernel, this.arch.name, this.model.name, this.engine.counters);
    return { ...stats, ...(this.engine.mix && { mix: this.engine.mix.mix() }) };
  }
}

/** Makes a machine. @throws MachineError for options that make no sense. */
export function createMachine(options: MachineOptions = {}, registry?: ArchRegistry): Machine {
  return new Machine(options, registry);
}

const hostClock = {
  realtime: (): bigint => BigInt(Date.now()) * 1_000_000n,
  monotonic: (): bigint => BigInt(Math.round(performance.now() * 1e6)),
};

function findArch(registry: ArchRegistry, name: string): ArchPlugin {
  const arch = registry.find(name);
  if (!arch)
    throw new MachineError(
      `no architecture '${name}'; there is ${registry.plugins.map((plugin) => plugin.name).join(', ')}`,
    );
  return arch;
}

function findModel({ isa }: ArchPlugin, name: string | undefined): CpuModel {
  const model = name === undefined ? isa.cpuModels[0] : isa.cpuModels.find((candidate) => candidate.name === name);
  if (!model)
    throw new MachineError(
      `no CPU model '${name}'; there is ${isa.cpuModels.map((candidate) => candidate.name).join(', ')}`,
    );
  return model;
}

function makeMemory(bytes: number, byteOrder: 'little' | 'big'): GuestMemory {
  if (bytes < LEAST_MEMORY || bytes > MOST_MEMORY) {
    throw new MachineError(
      `memory must be from ${LEAST_MEMORY / MIB}M to ${MOST_MEMORY / MIB}M, not ${Math.round(bytes / 1024)}K`,
    );
  }
  try {
    return new GuestMemory(bytes >>> PAGE_SHIFT, byteOrder);
  } catch (error) {
    if (error instanceof RangeError) throw new MachineError(`the host gives no ${bytes / MIB} MiB of memory`);
    throw error;
  }
}

/** Rewriting takes the place of recognition, which would leave it no trap to find. */
function recognises({ recognise, rewrite }: MachineOptions): boolean {
  return (recognise ?? true) && rewrite !== true;
}

function kernelOptions(options: MachineOptions, model: CpuModel): KernelOptions {
  return {
    root: options.root,
    writeRoot: options.writeRoot ?? false,
    mounts: options.mounts ?? [],
    swapPages: Math.floor((options.swap ?? 0) / 4096),
    hz: options.hz ?? 100,
    time: options.time ?? 'real',
    clockHz: model.clockHz,
    ...(model.callWork && { callWork: model.callWork }),
    ...(model.work && { work: model.work }),
    ...(model.workScale && { workScale: model.workScale.factor }),
    hostname: options.hostname ?? 'kml',
    strace: options.strace,
    ...(options.onSyscall && { onSyscall: options.onSyscall }),
    allKernelMode: options.kernelMode ?? false,
    recognise: recognises(options),
    rewrite: options.rewrite ?? false,
    ...(options.noVdso && { noVdso: true }),
    ...(options.lockupSeconds !== undefined && { lockupSeconds: options.lockupSeconds }),
    ...(options.bootRealtime !== undefined && { bootRealtime: options.bootRealtime }),
  };
}

const REASONS: Readonly<Record<number, readonly [string, number]>> = {
  2: ['no such file in the guest root', 127],
  8: ['is not a program this machine can run', 126],
  13: ['may not be executed', 126],
  12: ['does not fit in guest memory', 126],
  20: ['a part of the path is not a directory', 127],
  21: ['is a directory', 126],
  40: ['too many symbolic links', 126],
};

function refusal(path: string, error: number): MachineError {
  const [reason, status] = REASONS[-error] ?? [`cannot be run (errno ${-error})`, 126];
  return new MachineError(`${path}: ${reason}`, status);
}
