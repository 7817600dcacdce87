import type { Cpu } from '../cpu/cpu.ts';
import { ANSWERED_ADDRESS, answerOffset } from '../memory/memory-map.ts';
import type { Clock } from './clock.ts';
import type { KernelPort } from './engine-types.ts';

const ANSWERED = ANSWERED_ADDRESS >> 2;

/**
 * What the kernel answered to steady calls (SteadyCall) and would answer again, since it has not run
 * meanwhile. Translated code reads the answers, and counts those it gives; the words lie in the control area.
 */
export class SteadyAnswers {
  /** Whether any was kept since they were last given up. */
  any = false;
  private readonly kernel: KernelPort;
  private readonly cpu: Cpu;
  private readonly clock: Clock;
  /** The numbers of the calls whose answers were kept, by their index. */
  private readonly numbers: number[] = [];

  constructor(kernel: KernelPort, cpu: Cpu, clock: Clock) {
    this.kernel = kernel;
    this.cpu = cpu;
    this.clock = clock;
  }

  /** Kernel call `number`, which was just answered, will have the same answer until giveUp. */
  keep(number: number): void {
    const steady = this.kernel.steadyCall?.(number);
    if (steady === undefined) return;
    const { cpu, numbers } = this;
    const { index } = steady;
    cpu.i32[answerOffset(index) >> 2] = cpu.get(steady.result);
    cpu.i32[ANSWERED]! |= 1 << index;
    numbers[index] = number;
    this.any = true;
  }

  /** Whether the answers stay as they are when the kernel does call `number`. */
  outlive(number: number): boolean {
    return this.kernel.steadyCall?.(number) !== undefined;
  }

  /** Whatever the kernel would answer now: it is to be asked again. Tells it how often it was not. */
  giveUp(): void {
    const { cpu, kernel } = this;
    this.any = false;
    cpu.i32[ANSWERED] = 0;
    this.numbers.forEach((number, index) => {
      const at = (answerOffset(index) >> 2) + 1;
      const count = cpu.i32[at]!;
      if (count === 0) return;
      cpu.i32[at] = 0;
      this.clock.noteWork(count * kernel.steadyCall!(number)!.work);
      kernel.answered?.(number, count);
    });
  }
}
