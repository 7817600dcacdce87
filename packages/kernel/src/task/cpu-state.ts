import type { Cpu } from '@kml/core';
import type { Kernel } from '../kernel.ts';
import type { Task } from '../types.ts';

/** Lets host code see and change the CPU state of any task: a switched-out task's state visits the CPU. */
export function withCpu<Result>(kernel: Kernel, task: Task, act: (cpu: Cpu) => Result): Result {
  const { cpu } = kernel;
  if (kernel.state.current === task) return act(cpu);
  const present = new Uint8Array(kernel.abi.isa.layout.size);
  cpu.saveState(present);
  cpu.loadState(task.context);
  const result = act(cpu);
  cpu.saveState(task.context);
  cpu.loadState(present);
  return result;
}
