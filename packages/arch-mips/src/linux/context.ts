/** CPU state of tasks: boot, new tasks, switching, exec, TLS. Linux 6.1 arch/mips/kernel/process.c, arch/mips/kernel/traps.c */
import {
  CPU_AREA,
  KERNEL_STACKS_OFFSET,
  type Kernel,
  kernelRead32,
  STACK_BYTES,
  STACK_SLOT_BYTES,
  type Task,
} from '@kml/kernel';
import {
  FLOAT,
  GENERAL,
  reg,
  STATUS_CU1,
  STATUS_FR,
  STATUS_IE,
  STATUS_IM,
  updateMode,
  writeFcsr,
} from '../isa/index.ts';
import { entryLabel } from './entry/kernel-text.ts';
import { NAN_BITS, nanMode, usesFr } from './fp-mode.ts';
import { writeFloat64 } from './fp-registers.ts';
import { KERNEL_BASE, KERNEL_DATA, KERNEL_TEXT } from './layout.ts';
import { GP, PT_SIZE, SP } from './pt-regs.ts';

const PC = reg('pc');
const STATUS = reg('status');
const USER_LOCAL = reg('userLocal');
const FCSR = reg('fcsr');
const SPACE_ID = reg('spaceId');
const ENTRY_HI = reg('entryHi');
const LL_BIT = reg('llBit');
/** RDHWR that programs may use: CPU number, SYNCI step, cycle counter and its resolution, UserLocal. */
const HWRENA = 0x2000_000f;

/** Address behind a task's kernel stack. */
function stackTop(task: Task): number {
  return KERNEL_BASE + KERNEL_STACKS_OFFSET + (task.stackSlot + 1) * STACK_SLOT_BYTES;
}

/** LinuxAbi.boot: vectors, Status, what programs may read; the CPU stands at the idle loop. */
export function boot(kernel: Kernel): void {
  const { cpu } = kernel;
  kernel.abi.isa.reset(cpu);
  cpu.set(reg('ebase'), KERNEL_TEXT | 0);
  cpu.set(STATUS, STATUS_CU1 | STATUS_IM | STATUS_IE);
  cpu.set(reg('hwrena'), HWRENA);
  setAddressSpace(kernel, kernel.mmu.current.id);
  const top = kernelRead32(kernel, KERNEL_DATA + CPU_AREA.stackTop);
  cpu.set(GENERAL[SP]!, top);
  cpu.set(GENERAL[GP]!, top - STACK_BYTES);
  cpu.pc = entryLabel('idle') | 0;
  updateMode(cpu);
  cpu.leaveRequested = true;
}

/** EntryHi.ASID is what programs could see of it. */
function setAddressSpace(kernel: Kernel, id: number): void {
  const { cpu } = kernel;
  cpu.set(SPACE_ID, id);
  cpu.set(ENTRY_HI, (cpu.get(ENTRY_HI) & ~0xff) | (id & 0xff));
}

/** A word of a task's state while it is switched out. */
function setContextWord(task: Task, slot: { readonly offset: number }, value: number): void {
  new DataView(task.context.buffer, task.context.byteOffset).setInt32(slot.offset, value, true);
}

/** LinuxAbi.newContext: the present state, at ret_from_fork on the child's own stack. */
export function newContext(kernel: Kernel, child: Task): void {
  kernel.cpu.saveState(child.context);
  const top = stackTop(child);
  setContextWord(child, PC, entryLabel('ret_from_fork'));
  setContextWord(child, GENERAL[SP]!, top - PT_SIZE);
  setContextWord(child, GENERAL[GP]!, top - STACK_BYTES);
}

/** LinuxAbi.switchTo. A reservation of LL does not outlive it. */
export function switchTo(kernel: Kernel, task: Task): void {
  const { cpu } = kernel;
  cpu.set(LL_BIT, 0);
  if (task.mm === undefined) {
    // The kernel's own task uses whatever address space is current.
    setAddressSpace(kernel, kernel.mmu.current.id);
    return;
  }
  setAddressSpace(kernel, task.mm.space.id);
  const status = cpu.get(STATUS) & ~STATUS_FR;
  cpu.set(STATUS, usesFr(task) ? status | STATUS_FR : status);
  cpu.set(FCSR, (cpu.get(FCSR) & ~NAN_BITS) | nanMode(task));
  updateMode(cpu);
}

/** LinuxAbi.flushThread. */
export function flushThread(kernel: Kernel, task: Task): void {
  if (kernel.state.current !== task) return;
  const { cpu } = kernel;
  for (let n = 0; n < FLOAT.length; n++) writeFloat64(cpu, n, 0, 0);
  writeFcsr(cpu, 0);
  cpu.set(USER_LOCAL, 0);
  updateMode(cpu);
}

/** set_thread_area(2): what RDHWR $29 reads. Linux 6.1 arch/mips/kernel/syscall.c */
export function setThreadArea(kernel: Kernel, _task: Task, address: number): number {
  kernel.cpu.set(USER_LOCAL, address);
  return 0;
}

/** LinuxAbi.setTls: of a task that has not run yet. */
export function setTls(_kernel: Kernel, task: Task, argument: number): number {
  setContextWord(task, USER_LOCAL, argument);
  return 0;
}
