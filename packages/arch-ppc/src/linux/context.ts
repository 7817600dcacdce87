/** CPU state of tasks: boot, new tasks, switching, exec. Linux 6.1 arch/powerpc/kernel/process.c */
import { KERNEL_STACKS_OFFSET, type Kernel, kernelRead32, STACK_BYTES, STACK_SLOT_BYTES, type Task } from '@kml/kernel';
import { clearReservation, MSR_EE, reg, updateMode } from '../isa/index.ts';
import { entryLabel } from './entry/kernel-text.ts';
import { FP_BYTES, loadFpState } from './fp-state.ts';
import { area, TASK_SIZE } from './layout.ts';
import { MSR_KERNEL } from './msr.ts';
import { FRAME_BYTES } from './pt-regs.ts';

const PC = reg('pc');
const R1 = reg('r1');
const R2 = reg('r2');
const MSR = reg('msr');
const SDR1 = reg('sdr1');
/** Where a frame of the current task's user code goes: r1 of the entry code, which becomes the kernel's by being loaded with it. */
const SPRG_STACK = reg('sprg2');
/** The current task's thread_info. */
const SPRG_THREAD = reg('sprg3');

/** Address behind a task's kernel stack. */
export function stackTop(task: Task): number {
  return TASK_SIZE + KERNEL_STACKS_OFFSET + (task.stackSlot + 1) * STACK_SLOT_BYTES;
}

/** LinuxAbi.boot: the CPU stands at the idle loop, on the idle task's stack. */
export function boot(kernel: Kernel): void {
  const { cpu } = kernel;
  kernel.abi.isa.reset(cpu);
  const top = kernelRead32(kernel, area('stackTop'));
  const thread = kernelRead32(kernel, area('current'));
  cpu.set(SDR1, kernel.mmu.current.id);
  cpu.set(SPRG_STACK, top - FRAME_BYTES);
  cpu.set(SPRG_THREAD, thread);
  cpu.set(R1, top - FRAME_BYTES);
  cpu.set(R2, thread);
  cpu.set(MSR, MSR_KERNEL | MSR_EE);
  cpu.pc = entryLabel('idle');
  updateMode(cpu);
  cpu.leaveRequested = true;
}

/** LinuxAbi.newContext: the present state, at ret_from_fork on the child's own stack, interrupts off. */
export function newContext(kernel: Kernel, child: Task): void {
  kernel.cpu.saveState(child.context);
  const view = new DataView(child.context.buffer, child.context.byteOffset);
  const top = stackTop(child);
  view.setInt32(PC.offset, entryLabel('ret_from_fork'), true);
  view.setInt32(R1.offset, top - FRAME_BYTES, true);
  view.setInt32(R2.offset, top - STACK_BYTES, true);
  view.setInt32(MSR.offset, kernel.cpu.get(MSR) & ~MSR_EE, true);
}

/** LinuxAbi.switchTo. A reservation does not outlive a switch. */
export function switchTo(kernel: Kernel, task: Task): void {
  const { cpu } = kernel;
  const top = stackTop(task);
  cpu.set(SPRG_STACK, top - FRAME_BYTES);
  cpu.set(SPRG_THREAD, top - STACK_BYTES);
  // The kernel's own task uses whatever address space is current.
  cpu.set(SDR1, task.mm === undefined ? kernel.mmu.current.id : task.mm.space.id);
  clearReservation(cpu);
}

/** LinuxAbi.flushThread: floating-point registers and FPSCR become 0. */
export function flushThread(kernel: Kernel, task: Task): void {
  if (kernel.state.current === task) loadFpState(kernel.cpu, new Uint8Array(FP_BYTES));
}
