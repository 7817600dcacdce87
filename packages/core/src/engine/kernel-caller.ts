import type { Cpu } from '../cpu/cpu.ts';
import { KERNEL_GO_ON, KERNEL_LEAVE, type KernelPort } from './engine-types.ts';
import { IN_KERNEL, type RunState } from './run-state.ts';

/** Calls the kernel, from interpreted blocks and from translated code alike. */
export class KernelCaller {
  private readonly kernel: KernelPort;
  private readonly cpu: Cpu;
  private readonly state: RunState;

  constructor(kernel: KernelPort, cpu: Cpu, state: RunState) {
    this.kernel = kernel;
    this.cpu = cpu;
    this.state = state;
  }

  /** See TranslationHost.kernelCall. */
  call(number: number): number {
    const { state } = this;
    const before = state.phase;
    state.phase = IN_KERNEL;
    const answer = this.kernel.kernelCall(number);
    state.phase = before;
    if (answer === KERNEL_GO_ON && !state.mustLeave()) return KERNEL_GO_ON;
    this.cpu.leaveRequested = true;
    state.lookAfresh();
    return KERNEL_LEAVE;
  }
}
