import type { Cpu } from '../cpu/cpu.ts';
import { KERNEL_GO_ON, KERNEL_LEAVE, KERNEL_STEADY, type KernelPort } from './engine-types.ts';
import { IN_KERNEL, type RunState } from './run-state.ts';
import type { SteadyAnswers } from './steady-answers.ts';

/** Calls the kernel, from interpreted blocks and from translated code alike. */
export class KernelCaller {
  private readonly kernel: KernelPort;
  private readonly cpu: Cpu;
  private readonly state: RunState;
  /** Undefined where none is kept. */
  private readonly answers: SteadyAnswers | undefined;

  constructor(kernel: KernelPort, cpu: Cpu, state: RunState, answers: SteadyAnswers | undefined) {
    this.kernel = kernel;
    this.cpu = cpu;
    this.state = state;
    this.answers = answers;
  }

  /** See TranslationHost.kernelCall. */
  call(number: number): number {
    const { state, answers } = this;
    if (answers?.any && !answers.outlive(number)) answers.giveUp();
    const before = state.phase;
    state.phase = IN_KERNEL;
    const answer = this.kernel.kernelCall(number);
    state.phase = before;
    if (answer !== KERNEL_LEAVE && !state.mustLeave()) {
      // Where an interrupt waits each call looks whether it may be taken now.
      if (answer === KERNEL_STEADY && state.lines === 0) answers?.keep(number);
      return KERNEL_GO_ON;
    }
    this.cpu.leaveRequested = true;
    state.lookAfresh();
    return KERNEL_LEAVE;
  }
}
