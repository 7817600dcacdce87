/** CPU state of tasks: boot, new tasks, switching, exec. Linux 6.1 arch/arm/kernel/process.c */
import { CPU_AREA, KERNEL_STACKS_OFFSET, type Kernel, kernelRead32, STACK_SLOT_BYTES, type Task } from '@kml/kernel';
import { MODE_FP_OFF, NOT_RESERVED, reg } from '../isa/state.ts';
import { SCTLR_V } from '../isa/system/deliver.ts';
import { entryLabel } from './entry/kernel-text.ts';
import { clearFp } from './fp-state.ts';
import { ABT_STACK, FIQ_STACK, IRQ_STACK, KERNEL_DATA, TASK_SIZE, UND_STACK } from './layout.ts';
import { PT_SIZE } from './pt-regs.ts';

const PC = reg('pc');
const SP = reg('r13');
const EXCLUSIVE = reg('exclusive');
const SPACE = reg('ttbr0');
const TLS = reg('tpidruro');
const TLS_WRITABLE = reg('tpidrurw');

/** FPEXC.EN. */
const FPEXC_EN = 0x4000_0000;
/** CPACR: full access to CP10 and CP11. */
const CPACR_FP = 0xf << 20;

/** Address behind a task's kernel stack. */
function stackTop(task: Task): number {
  return TASK_SIZE + KERNEL_STACKS_OFFSET + (task.stackSlot + 1) * STACK_SLOT_BYTES;
}

/** LinuxAbi.boot: high vectors, floating point on, the modes' stacks; the CPU stands at the idle loop in SVC mode. */
export function boot(kernel: Kernel): void {
  const { cpu } = kernel;
  kernel.abi.isa.reset(cpu);
  cpu.set(reg('sctlr'), cpu.get(reg('sctlr')) | SCTLR_V);
  cpu.set(reg('cpacr'), CPACR_FP);
  cpu.set(reg('fpexc'), FPEXC_EN);
  cpu.mode &= ~MODE_FP_OFF;
  // User code may read the cycle counter.
  cpu.set(reg('pmuserenr'), 1);
  cpu.set(reg('r13Irq'), IRQ_STACK);
  cpu.set(reg('r13Abt'), ABT_STACK);
  cpu.set(reg('r13Und'), UND_STACK);
  cpu.set(reg('r13Fiq'), FIQ_STACK);
  cpu.set(SPACE, kernel.mmu.current.id);
  cpu.set(SP, kernelRead32(kernel, KERNEL_DATA + CPU_AREA.stackTop));
  cpu.set(reg('masks'), 0);
  cpu.pc = entryLabel('idle');
  cpu.leaveRequested = true;
}

/** LinuxAbi.newContext: the present state (SVC mode, in the kernel), at ret_from_fork on the child's own stack. */
export function newContext(kernel: Kernel, child: Task): void {
  kernel.cpu.saveState(child.context);
  contextWrite(child, PC.offset, entryLabel('ret_from_fork'));
  contextWrite(child, SP.offset, stackTop(child) - PT_SIZE);
  contextWrite(child, EXCLUSIVE.offset, NOT_RESERVED);
}

/** Writes a word of the state of a task that does not run. */
function contextWrite(task: Task, offset: number, value: number): void {
  new DataView(task.context.buffer, task.context.byteOffset).setInt32(offset, value, true);
}

/** LinuxAbi.switchTo: the state brings its banked SP_svc and thread register along; the address space and the monitor remain. */
export function switchTo(kernel: Kernel, task: Task): void {
  const { cpu } = kernel;
  const space = task.mm === undefined ? kernel.mmu.current : task.mm.space;
  cpu.set(SPACE, space.id);
  cpu.set(EXCLUSIVE, NOT_RESERVED);
}

/** LinuxAbi.flushThread. */
export function flushThread(kernel: Kernel, task: Task): void {
  if (kernel.state.current !== task) return;
  const { cpu } = kernel;
  clearFp(cpu);
  cpu.set(TLS, 0);
  cpu.set(TLS_WRITABLE, 0);
}

/** LinuxAbi.setTls: clone's argument is the thread register's value. */
export function setTls(_kernel: Kernel, task: Task, argument: number): number {
  contextWrite(task, TLS.offset, argument);
  return 0;
}

/** The running thread's thread register: __ARM_NR_set_tls. */
export function setThreadRegister(kernel: Kernel, value: number): void {
  kernel.cpu.set(TLS, value);
}

export function threadRegister(kernel: Kernel): number {
  return kernel.cpu.get(TLS) >>> 0;
}
