/** The kernel image: text from entry/, data as the CPU and the entry code want it at boot. */
import { CPU_AREA, type KernelImage } from '@kml/kernel';
import { TSS } from '../isa/system/task-switch.ts';
import { DF, IRQ_BASE } from '../isa/vectors.ts';
import {
  flatDescriptor,
  interruptGate,
  KERNEL_CODE_ACCESS,
  KERNEL_DATA_ACCESS,
  segmentDescriptor,
  TSS_ACCESS,
  taskGate,
  USER_CODE_ACCESS,
  USER_DATA_ACCESS,
} from './descriptors.ts';
import { NR_SYSCALLS } from './entry/constants.ts';
import { entryLabel, KERNEL_CODE } from './entry/kernel-text.ts';
import { FRAME_CALLS } from './entry/stubs.ts';
import {
  DOUBLE_FAULT_SELECTOR,
  DOUBLE_FAULT_STACK_TOP,
  DOUBLE_FAULT_TSS,
  GDT,
  GDT_KERNEL_CS,
  GDT_KERNEL_DS,
  GDT_PERCPU,
  GDT_TSS,
  GDT_USER_CS,
  GDT_USER_DS,
  IDT,
  IO_MAP_BYTES,
  IRQ_LINES,
  KERNEL_DATA,
  KERNEL_DATA_BYTES,
  KERNEL_TEXT,
  KML_CALL_TABLE,
  MAIN_TSS,
  SYS_CALL_TABLE,
} from './layout.ts';
import { KERNEL_CS, KERNEL_DS, USER_DS } from './pt-regs.ts';
import { SYSCALL_NUMBERS } from './syscall-numbers.ts';

/** Bytes of the main TSS: the segment itself, then the I/O map and its end. */
export const MAIN_TSS_BYTES = TSS.size + IO_MAP_BYTES + 1;
/** I/O-map base beyond the limit: every port is denied. Linux: IO_BITMAP_OFFSET_INVALID */
export const IO_MAP_NONE = 0x8000;

/** Vectors that programs may raise by INT n. Linux 6.1 arch/x86/kernel/idt.c */
const SOFTWARE_VECTORS = new Set([3, 4]);
const SYSCALL_VECTOR = 0x80;

/** Kernel data while it is filled in: words by kernel address. */
class DataImage {
  readonly bytes = new Uint8Array(KERNEL_DATA_BYTES);
  private readonly view = new DataView(this.bytes.buffer);

  put(address: number, ...words: readonly number[]): void {
    words.forEach((word, i) => {
      this.view.setInt32(address - KERNEL_DATA + 4 * i, word, true);
    });
  }

  putByte(address: number, value: number): void {
    this.bytes[address - KERNEL_DATA] = value;
  }
}

function fillGdt(data: DataImage): void {
  const set = (slot: number, words: readonly [number, number]): void => data.put(GDT + 8 * slot, ...words);
  set(GDT_KERNEL_CS, flatDescriptor(KERNEL_CODE_ACCESS));
  set(GDT_KERNEL_DS, flatDescriptor(KERNEL_DATA_ACCESS));
  set(GDT_USER_CS, flatDescriptor(USER_CODE_ACCESS));
  set(GDT_USER_DS, flatDescriptor(USER_DATA_ACCESS));
  set(GDT_TSS, segmentDescriptor(MAIN_TSS, MAIN_TSS_BYTES - 1, TSS_ACCESS, 0));
  set(GDT_PERCPU, segmentDescriptor(KERNEL_DATA, 0xf_ffff, KERNEL_DATA_ACCESS, 0xc));
  set(DOUBLE_FAULT_SELECTOR >> 3, segmentDescriptor(DOUBLE_FAULT_TSS, TSS.size - 1, TSS_ACCESS, 0));
}

function fillIdt(data: DataImage): void {
  const gate = (vector: number, label: string, dpl: number): void =>
    data.put(IDT + 8 * vector, ...interruptGate(KERNEL_CS, entryLabel(label), dpl));
  for (let vector = 0; vector < IRQ_BASE; vector++) {
    if (KERNEL_CODE.labels.has(`vector_${vector}`))
      gate(vector, `vector_${vector}`, SOFTWARE_VECTORS.has(vector) ? 3 : 0);
  }
  for (let line = 0; line < IRQ_LINES; line++) gate(IRQ_BASE + line, `irq_${line}`, 0);
  gate(SYSCALL_VECTOR, 'entry_int80', 3);
  data.put(IDT + 8 * DF, ...taskGate(DOUBLE_FAULT_SELECTOR));
}

function fillTaskSegments(data: DataImage): void {
  data.put(MAIN_TSS + TSS.ss0, KERNEL_DS);
  data.put(MAIN_TSS + TSS.ioMap - 2, IO_MAP_NONE << 16);
  data.putByte(MAIN_TSS + TSS.size + IO_MAP_BYTES, 0xff);
  data.put(DOUBLE_FAULT_TSS + TSS.ss0, KERNEL_DS);
  data.put(DOUBLE_FAULT_TSS + TSS.esp0, DOUBLE_FAULT_STACK_TOP);
  data.put(DOUBLE_FAULT_TSS + TSS.eip, entryLabel('double_fault_task'));
  data.put(DOUBLE_FAULT_TSS + TSS.eflags, 2);
  data.put(DOUBLE_FAULT_TSS + TSS.esp, DOUBLE_FAULT_STACK_TOP);
  // ES CS SS DS FS GS
  data.put(DOUBLE_FAULT_TSS + TSS.es, USER_DS, KERNEL_CS, KERNEL_DS, USER_DS, 0, 0);
  data.put(DOUBLE_FAULT_TSS + TSS.ioMap - 2, IO_MAP_NONE << 16);
}

/** sys_call_table, and beside it the table direct calls go through: the way in by number; its last entry is for numbers beyond. */
function fillCallTables(data: DataImage): void {
  for (let number = 0; number < NR_SYSCALLS; number++) {
    data.put(SYS_CALL_TABLE + 4 * number, entryLabel(`stub_${number}`));
    const special = FRAME_CALLS.has(SYSCALL_NUMBERS.get(number) ?? '');
    data.put(KML_CALL_TABLE + 4 * number, entryLabel(special ? 'kml_special' : 'kml_fast'));
  }
  data.put(KML_CALL_TABLE + 4 * NR_SYSCALLS, entryLabel('kml_bad'));
}

function symbols(): Map<string, number> {
  const all = new Map<string, number>();
  for (const [label, address] of KERNEL_CODE.labels) {
    const stub = /^stub_(\d+)$/.exec(label);
    if (stub === null) all.set(label, address);
    else all.set(`sys_${SYSCALL_NUMBERS.get(Number(stub[1])) ?? `ni_${stub[1]}`}`, address);
  }
  all.set('cpu_area', KERNEL_DATA);
  all.set('current_thread_info', KERNEL_DATA + CPU_AREA.current);
  all.set('jiffies', KERNEL_DATA + CPU_AREA.jiffies);
  all.set('gdt', GDT);
  all.set('idt', IDT);
  all.set('cpu_tss', MAIN_TSS);
  all.set('doublefault_tss', DOUBLE_FAULT_TSS);
  all.set('sys_call_table', SYS_CALL_TABLE);
  all.set('kml_call_table', KML_CALL_TABLE);
  return all;
}

/** Builds text and data. LinuxAbi.buildImage */
export function buildImage(): KernelImage {
  const data = new DataImage();
  fillGdt(data);
  fillIdt(data);
  fillTaskSegments(data);
  fillCallTables(data);
  data.put(KERNEL_DATA + CPU_AREA.stackTop, 0);
  return {
    segments: [
      { address: KERNEL_TEXT, bytes: KERNEL_CODE.bytes, writable: false, executable: true },
      { address: KERNEL_DATA, bytes: data.bytes, writable: true, executable: false },
    ],
    symbols: symbols(),
    textStart: KERNEL_TEXT,
    textEnd: KERNEL_TEXT + KERNEL_CODE.bytes.length,
  };
}
