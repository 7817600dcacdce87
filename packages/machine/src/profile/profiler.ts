import type { Engine } from '@kml/core';
import {
  KC_EXCEPTION,
  KC_EXIT_WORK,
  KC_IDLE,
  KC_INTERRUPT,
  KC_SYSCALL_LIMIT,
  type Kernel,
  symbolBefore,
  type Task,
} from '@kml/kernel';
import { callChain } from './call-chain.ts';
import { CodeMap, type CodePlace } from './code-map.ts';
import { type Profile, type ProfileFrame, type ProfileWeights, StackTable } from './profile.ts';

const TRANSLATION: readonly ProfileFrame[] = [{ name: '[kml]' }, { name: '[translation]' }];

const REST: readonly ProfileFrame[] = [{ name: '[after the last sample]' }];

/**
 * Samples where the guest is, each so many instructions; adds up what each stack cost in instructions,
 * cycles and host time. Work of the kernel and translation stand apart, as measured. Of no effect on
 * the guest.
 */
export class Profiler {
  private readonly kernel: Kernel;
  private readonly engine: Engine;
  private readonly every: number;
  private readonly code: CodeMap;
  private readonly table = new StackTable();
  private samples = 0;
  /** Where the last sample was, and what was charged elsewhere since. */
  private readonly last: ProfileWeights & { translateMilliseconds: number };
  private readonly elsewhere = { cycles: 0, hostNanoseconds: 0 };

  /** @param every instructions between samples */
  constructor(kernel: Kernel, engine: Engine, every: number) {
    this.kernel = kernel;
    this.engine = engine;
    this.every = every;
    this.code = new CodeMap(kernel);
    this.last = {
      instructions: engine.instructions(),
      cycles: engine.cycles(),
      hostNanoseconds: now(),
      translateMilliseconds: engine.counters.translateMilliseconds,
    };
  }

  /** Instructions until the next sample is due. */
  get due(): number {
    return this.last.instructions + this.every - this.engine.instructions();
  }

  /** Does a kernel call, charging what it costs to the process and what it asked for. */
  timed(number: number, call: (number: number) => number): number {
    const task = this.kernel.state.current;
    const name = this.callName(number);
    const cycles = this.engine.cycles();
    const began = now();
    try {
      return call(number);
    } finally {
      const nanoseconds = now() - began;
      const charged = this.engine.cycles() - cycles;
      this.elsewhere.cycles += charged;
      this.elsewhere.hostNanoseconds += nanoseconds;
      const stack = this.table.stack([processOf(task), { name: '[kernel]' }, { name }]);
      stack.cycles += charged;
      stack.hostNanoseconds += nanoseconds;
    }
  }

  /** The machine waited for the host: nobody's time. */
  async waiting(wait: Promise<void>): Promise<void> {
    const began = now();
    await wait;
    this.last.hostNanoseconds += now() - began;
  }

  /** Takes a sample: to be called when it is due. At the end of a run what is left belongs to no stack. */
  sample(where: 'here' | 'end' = 'here'): void {
    const { engine, last, elsewhere } = this;
    const instructions = engine.instructions();
    if (instructions === last.instructions) return;
    const translating = (engine.counters.translateMilliseconds - last.translateMilliseconds) * 1e6;
    this.table.stack(TRANSLATION).hostNanoseconds += translating;
    const stack = this.table.stack(where === 'end' ? REST : this.frames());
    stack.instructions += instructions - last.instructions;
    stack.cycles += engine.cycles() - last.cycles - elsewhere.cycles;
    stack.hostNanoseconds += Math.max(0, now() - last.hostNanoseconds - elsewhere.hostNanoseconds - translating);
    if (where === 'here') this.samples++;
    last.instructions = instructions;
    last.cycles = engine.cycles();
    last.translateMilliseconds = engine.counters.translateMilliseconds;
    elsewhere.cycles = elsewhere.hostNanoseconds = 0;
    // Taking the sample counts for nobody.
    last.hostNanoseconds = now();
  }

  /** What there is so far. */
  profile(arch: string, cpu: string): Profile {
    return { arch, cpu, every: this.every, samples: this.samples, stacks: this.table.all() };
  }

  private callName(number: number): string {
    if (number < KC_SYSCALL_LIMIT) return this.kernel.abi.syscallNumbers.get(number) ?? `#${number}`;
    return CALLS[number] ?? `[kernel call 0x${number.toString(16)}]`;
  }

  private frames(): ProfileFrame[] {
    const { kernel } = this;
    const { cpu, abi } = kernel;
    const pc = (cpu.pc & -abi.isa.instructionAlign) >>> 0;
    const process = processOf(kernel.state.current);
    if (pc >= abi.taskSize) {
      const place = this.code.find(pc);
      const inner = place ? frameOf(place) : { name: symbolBefore(kernel.image, pc).name || '[kernel text]' };
      return place ? [process, inner] : [process, { name: '[kernel entry]' }, inner];
    }
    const chain = callChain(kernel, this.code, pc).map(frameOf).reverse();
    return [process, ...(chain.length > 0 ? chain : [{ name: '[unmapped]' }])];
  }
}

const CALLS: Readonly<Record<number, string>> = {
  [KC_EXCEPTION]: '[exception]',
  [KC_INTERRUPT]: '[interrupt]',
  [KC_EXIT_WORK]: '[exit work]',
  [KC_IDLE]: '[idle]',
};

function processOf(task: Task | undefined): ProfileFrame {
  return { name: task ? `${task.comm}${task.kernelMode ? ' (kernel mode)' : ''}` : '[boot]' };
}

function frameOf({ image, functions, address }: CodePlace): ProfileFrame {
  const name = functions?.nameAt(address);
  if (name === undefined) return { name: `[${basename(image)}]`, file: image };
  return { name: name.startsWith('0x') ? `${basename(image)} ${name}` : name, file: image };
}

function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/^\[|\]$/g, '');
}

/** Nanoseconds of the host. */
function now(): number {
  return performance.now() * 1e6;
}
