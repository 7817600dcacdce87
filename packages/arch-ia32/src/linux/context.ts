/** CPU state of tasks: boot, new tasks, switching, exec. Linux 6.1 arch/x86/kernel/process_32.c */
import { PAGE_SIZE } from '@kml/core';
import {
  CPU_AREA,
  KERNEL_STACKS_OFFSET,
  type Kernel,
  kernelRead32,
  kernelWords,
  kernelWrite32,
  STACK_SLOT_BYTES,
  type Task,
} from '@kml/kernel';
import { FXSAVE_WORDS, loadFxsaveWords } from '../isa/fp/x87-words.ts';
import { reg } from '../isa/state.ts';
import { EFL, FLAG_IF } from '../isa/system/eflags.ts';
import { updateMode } from '../isa/system/mode.ts';
import {
  CR0,
  CR0_AM,
  CR0_ET,
  CR0_MP,
  CR0_NE,
  CR0_PE,
  CR0_PG,
  CR0_WP,
  CR3,
  CR4,
  CR4_OSFXSR,
  CR4_OSXMMEXCPT,
  CR4_PGE,
  ESP,
  GDTR_BASE,
  GDTR_LIMIT,
  IDTR_BASE,
  IDTR_LIMIT,
  SEG_CS,
  SEG_DS,
  SEG_ES,
  SEG_FS,
  SEG_GS,
  SEG_SS,
  SYSENTER_CS,
  SYSENTER_EIP,
  SYSENTER_ESP,
  TR,
  TR_ATTR,
  TR_BASE,
  TR_LIMIT,
} from '../isa/system/registers.ts';
import { setNullSegment, setSegment } from '../isa/system/segments.ts';
import { TSS } from '../isa/system/task-switch.ts';
import { clearDebugRegisters } from './debug-registers.ts';
import { FLAGS_FLAT, KERNEL_CODE_ACCESS, KERNEL_DATA_ACCESS, USER_DATA_ACCESS } from './descriptors.ts';
import { entryLabel } from './entry/kernel-text.ts';
import { IO_MAP_NONE, MAIN_TSS_BYTES } from './image.ts';
import {
  DOUBLE_FAULT_TSS,
  GDT,
  GDT_ENTRIES,
  IDT,
  IDT_ENTRIES,
  KERNEL_DATA,
  KERNEL_MODE,
  LANDING_PAD,
  MAIN_TSS,
  SITES,
  SYSENTER_STACK_TOP,
  TASK_SIZE,
  TSS_SELECTOR,
} from './layout.ts';
import { ldtDescriptor } from './ldt.ts';
import { KERNEL_CS, KERNEL_DS, PT_SIZE, USER_DS } from './pt-regs.ts';
import { siteTable } from './rewrite.ts';
import { clearTls, loadTls, TLS_DESCRIPTORS, tlsWords } from './tls.ts';
import { vdsoOffset } from './vdso-image.ts';

const PC = reg('pc');
const FLAT = FLAGS_FLAT << 12;
/** Attributes of a busy 32-bit TSS. */
const BUSY_TSS = 0x8b;

/** Address behind a task's kernel stack. */
function stackTop(task: Task): number {
  return TASK_SIZE + KERNEL_STACKS_OFFSET + (task.stackSlot + 1) * STACK_SLOT_BYTES;
}

/** LinuxAbi.boot: tables, control registers, MSRs; the CPU stands at the idle loop. */
export function boot(kernel: Kernel): void {
  const { cpu } = kernel;
  kernel.abi.isa.reset(cpu);
  cpu.set(GDTR_BASE, GDT);
  cpu.set(GDTR_LIMIT, GDT_ENTRIES * 8 - 1);
  cpu.set(IDTR_BASE, IDT);
  cpu.set(IDTR_LIMIT, IDT_ENTRIES * 8 - 1);
  setSegment(cpu, SEG_CS, KERNEL_CS, 0, -1, FLAT | KERNEL_CODE_ACCESS);
  setSegment(cpu, SEG_SS, KERNEL_DS, 0, -1, FLAT | KERNEL_DATA_ACCESS);
  setSegment(cpu, SEG_DS, USER_DS, 0, -1, FLAT | USER_DATA_ACCESS);
  setSegment(cpu, SEG_ES, USER_DS, 0, -1, FLAT | USER_DATA_ACCESS);
  setNullSegment(cpu, SEG_FS);
  setNullSegment(cpu, SEG_GS);
  loadTaskRegister(kernel);
  cpu.set(CR0, CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_AM | CR0_PG);
  cpu.set(CR4, CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT);
  cpu.set(SYSENTER_CS, KERNEL_CS);
  cpu.set(SYSENTER_ESP, SYSENTER_STACK_TOP);
  cpu.set(SYSENTER_EIP, entryLabel('entry_sysenter'));
  setAddressSpace(kernel, kernel.mmu.current.id);
  cpu.set(ESP, kernelRead32(kernel, KERNEL_DATA + CPU_AREA.stackTop));
  cpu.set(EFL, FLAG_IF);
  cpu.pc = entryLabel('idle');
  updateMode(cpu);
  cpu.leaveRequested = true;
}

/** LTR: the descriptor's busy bit too. */
function loadTaskRegister(kernel: Kernel): void {
  const { cpu } = kernel;
  cpu.set(TR, TSS_SELECTOR);
  cpu.set(TR_BASE, MAIN_TSS);
  cpu.set(TR_LIMIT, MAIN_TSS_BYTES - 1);
  cpu.set(TR_ATTR, BUSY_TSS);
  const high = GDT + TSS_SELECTOR + 4;
  kernelWrite32(kernel, high, kernelRead32(kernel, high) | 0x200);
}

/**
 * CR3, and its copies in both task-state segments: a task switch loads it from there (as KML does).
 * Answers where the main one's words lie (kernelWords).
 */
function setAddressSpace(kernel: Kernel, id: number): number {
  kernel.cpu.set(CR3, id);
  kernelWrite32(kernel, DOUBLE_FAULT_TSS + TSS.cr3, id);
  const tss = kernelWords(kernel, MAIN_TSS, TSS.size);
  kernel.memory.i32[tss + (TSS.cr3 >> 2)] = id;
  return tss;
}

/** LinuxAbi.newContext: the present state, at ret_from_fork on the child's own stack. */
export function newContext(kernel: Kernel, child: Task): void {
  kernel.cpu.saveState(child.context);
  const view = new DataView(child.context.buffer, child.context.byteOffset);
  view.setInt32(PC.offset, entryLabel('ret_from_fork'), true);
  view.setInt32(ESP.offset, stackTop(child) - PT_SIZE, true);
}

/** Looked up once: a switch is too frequent to ask for it by name. */
const LANDING_PAD_OFFSET = vdsoOffset('landing_pad');

/** LinuxAbi.switchTo. */
export function switchTo(kernel: Kernel, task: Task): void {
  const { i32 } = kernel.memory;
  const { mm } = task;
  // The kernel's own task uses whatever address space is current.
  const tss = setAddressSpace(kernel, mm === undefined ? kernel.mmu.current.id : mm.space.id);
  i32[tss + (TSS.esp0 >> 2)] = stackTop(task);
  if (mm === undefined) return;
  i32[tss + (IO_MAP_WORD >> 2)] = ioMap(task);
  const data = kernelWords(kernel, KERNEL_DATA, PAGE_SIZE);
  i32[data + ((LANDING_PAD - KERNEL_DATA) >> 2)] = mm.vdso === 0 ? 0 : mm.vdso + LANDING_PAD_OFFSET;
  i32[data + ((KERNEL_MODE - KERNEL_DATA) >> 2)] = task.kernelMode ? 1 : 0;
  i32[data + ((SITES - KERNEL_DATA) >> 2)] = siteTable(mm);
  const tls = tlsWords(task);
  for (let i = 0; i < tls.length; i++) i32[data + ((TLS_DESCRIPTORS - KERNEL_DATA) >> 2) + i] = tls[i]!;
  ldtDescriptor(kernel, task);
}

/** The word of the TSS whose high half says where the I/O map lies. */
const IO_MAP_WORD = TSS.ioMap - 2;

/** That word: the map that allows every port, or beyond the TSS's limit. Linux 6.1: native_tss_update_io_bitmap, iopl_emul */
function ioMap(task: Task): number {
  return (task.arch.iopl === 3 ? TSS.size : IO_MAP_NONE) << 16;
}

/** After a change of the running task's right to ports. */
export function loadIoMap(kernel: Kernel, task: Task): void {
  kernelWrite32(kernel, MAIN_TSS + IO_MAP_WORD, ioMap(task));
}

/** FNINIT's control word, empty registers, MXCSR's reset value. SDM vol. 3, table 9-1 */
const INITIAL_FX = new Int32Array(FXSAVE_WORDS);
INITIAL_FX[0] = 0x37f;
INITIAL_FX[6] = 0x1f80;

/** LinuxAbi.flushThread. */
export function flushThread(kernel: Kernel, task: Task): void {
  clearTls(task);
  clearDebugRegisters(task);
  task.arch.forcedTf = false;
  if (kernel.state.current !== task) return;
  loadFxsaveWords(kernel.cpu, INITIAL_FX, 0);
  setNullSegment(kernel.cpu, SEG_FS);
  setNullSegment(kernel.cpu, SEG_GS);
  loadTls(kernel, task);
  updateMode(kernel.cpu);
}
