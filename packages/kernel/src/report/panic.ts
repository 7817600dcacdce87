import type { Kernel } from '../kernel.ts';
import { currentBacktrace } from './backtrace.ts';
import { printKernel } from './console.ts';
import { cpuRegisters, describeCode, describeRegisters, symbolAt } from './describe.ts';

/**
 * The machine cannot go on: a report on the console, and the run loop finds state.panic. Also called
 * by the machine when the CPU shut itself down (a fault that could not be delivered).
 */
export function panic(kernel: Kernel, reason: string): void {
  const { state, cpu } = kernel;
  if (state.panic !== undefined) return;
  state.panic = reason;
  const task = state.current;
  const calls = currentBacktrace(kernel);
  printKernel(kernel, [
    `Kernel panic - not syncing: ${reason}`,
    `CPU: 0 PID: ${task?.group.pid ?? 0} Comm: ${task?.comm ?? '-'}`,
    `PC is at ${symbolAt(kernel, cpu.pc)}`,
    ...describeRegisters(cpuRegisters(kernel)),
    `Code: ${describeCode(kernel, cpu.pc)}`,
    ...(calls.length > 0 ? ['Call trace:', ...calls] : []),
    `---[ end Kernel panic - not syncing: ${reason} ]---`,
  ]);
  kernel.host.log.error({ reason, pid: task?.group.pid }, 'kernel panic');
  kernel.engine.stop();
}
