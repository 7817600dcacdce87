import {
  Cpu,
  Engine,
  GuestMemory,
  KERNEL_GO_ON,
  Mmu,
  makePte,
  PAGE_SHIFT,
  PTE_EXEC,
  PTE_PRESENT,
  PTE_USER,
  PTE_WRITE,
  STATE_BASE,
} from '@kml/core';
import {
  CPU_AREA,
  KC_EXCEPTION,
  KC_EXIT_WORK,
  KC_INTERRUPT,
  KC_PRIVATE,
  KC_SYSCALL_LIMIT,
  KERNEL_STACKS_OFFSET,
  type Kernel,
  type KernelException,
  type KernelImage,
  kernelWork,
  type LinuxAbi,
  recognisedTrap,
  STACK_BYTES,
  STACK_SLOT_BYTES,
  type Task,
  THREAD_INFO,
} from '@kml/kernel';
import { GENERAL } from '../../isa/index.ts';
import { mips, mipsel } from '../abi.ts';
import { assemble, wordBytes } from '../asm/assembler.ts';
import { registerNumber } from '../asm/registers.ts';
import { KERNEL_BASE, KERNEL_DATA } from '../layout.ts';
import { PT_SIZE } from '../pt-regs.ts';

/** Where the program under test lies: text, a page of data, a stack of one page. */
export const TEXT = 0x0040_0000;
export const DATA = 0x0041_0000;
export const STACK_TOP = 0x7fff_0000;

const STACK_SLOT = 1;

export interface SyscallSeen {
  readonly number: number;
  readonly args: readonly number[];
}

/**
 * A CPU with the real kernel image and no kernel behind it: one task, whose kernel calls the test
 * answers. Programs are assembly text (asm/assembler.ts).
 */
export class EntryMachine {
  readonly abi: LinuxAbi;
  readonly cpu: Cpu;
  readonly engine: Engine;
  readonly kernel: Kernel;
  readonly task: Task;
  readonly image: KernelImage;
  readonly labels = new Map<string, number>();
  readonly syscalls: SyscallSeen[] = [];
  readonly exceptions: KernelException[] = [];
  /** Interrupt lines taken, and where each frame lay. */
  readonly interrupts: { readonly line: number; readonly frame: number }[] = [];
  exitWork = 0;
  /** Answers a system call; by default 0. */
  onSyscall: (seen: SyscallSeen) => number = () => 0;
  /** What becomes of an exception; by default the machine stops. */
  onException: (exception: KernelException) => void = () => this.engine.stop();
  onExitWork: () => void = () => this.setWork(0);
  /** What an interrupt does beyond ending. */
  onInterrupt: () => void = () => {};
  private nextFrame = 0;
  private readonly mmu: Mmu;
  private readonly memory: GuestMemory;

  /** @param recognise system-call traps of the program are recognised */
  constructor(kernelMode: boolean, byteOrder: 'big' | 'little' = 'big', recognise = false) {
    this.abi = byteOrder === 'big' ? mips : mipsel;
    const { isa } = this.abi;
    this.memory = new GuestMemory(128, byteOrder);
    this.mmu = new Mmu(this.memory, KERNEL_BASE);
    this.cpu = new Cpu(this.memory, this.mmu, isa.layout, STATE_BASE);
    this.image = this.abi.buildImage();
    this.engine = new Engine({
      isa,
      model: isa.cpuModels[0]!,
      cpu: this.cpu,
      kernel: { kernelCall: (number) => this.kernelCall(number) },
      kernelText: { start: this.image.textStart, end: this.image.textEnd },
      recognised: recognise ? recognisedTrap(KERNEL_BASE, this.image) : undefined,
      hotness: Number.POSITIVE_INFINITY,
      verify: true,
    });
    const space = this.mmu.createSpace();
    this.mmu.activate(space);
    this.task = {
      kernelMode,
      stackSlot: STACK_SLOT,
      arch: {},
      mm: { space, vdso: 0, vmas: [] },
      cred: { euid: 0 },
    } as never;
    this.kernel = {
      abi: this.abi,
      cpu: this.cpu,
      memory: this.memory,
      mmu: this.mmu,
      engine: this.engine,
      work: kernelWork(),
      image: this.image,
      state: { current: this.task },
    } as never;
    this.mapKernel();
    this.map(TEXT, 0x1000, PTE_USER | PTE_EXEC);
    this.map(DATA, 0x1000, PTE_USER | PTE_WRITE);
    this.map(STACK_TOP - 0x1000, 0x1000, PTE_USER | PTE_WRITE);
    this.abi.boot(this.kernel);
    this.abi.switchTo(this.kernel, this.task);
  }

  /** Lowest address of the task's kernel stack: thread_info. */
  get threadInfo(): number {
    return this.stackTop - STACK_BYTES;
  }
  get stackTop(): number {
    return KERNEL_BASE + KERNEL_STACKS_OFFSET + (STACK_SLOT + 1) * STACK_SLOT_BYTES;
  }
  /** Address of the frame of a trap from user code. */
  get frame(): number {
    return this.stackTop - PT_SIZE;
  }

  private mapKernel(): void {
    for (const { address, bytes, writable, executable } of this.image.segments) {
      this.map(address, bytes.length, (writable ? PTE_WRITE : 0) | (executable ? PTE_EXEC : 0));
      this.write(address, bytes);
    }
    this.map(this.threadInfo, STACK_BYTES, PTE_WRITE);
    this.write32(KERNEL_DATA + CPU_AREA.current, this.threadInfo);
    this.write32(KERNEL_DATA + CPU_AREA.stackTop, this.stackTop);
  }

  /** Maps zeroed pages. */
  map(address: number, bytes: number, rights: number): void {
    for (let page = address >>> PAGE_SHIFT; page <= (address + bytes - 1) >>> PAGE_SHIFT; page++) {
      this.memory.zeroFrame(this.nextFrame);
      this.mmu.setEntry(this.mmu.current, page, makePte(this.nextFrame++, PTE_PRESENT | rights));
    }
  }

  private frameOf(address: number): number {
    const entry = this.mmu.entry(this.mmu.current, address >>> PAGE_SHIFT);
    if ((entry & PTE_PRESENT) === 0) throw new RangeError(`0x${address.toString(16)} is not mapped`);
    return entry >>> PAGE_SHIFT;
  }

  write(address: number, bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) {
      const at = (address + i) >>> 0;
      this.memory.writeFrame(this.frameOf(at), at & 0xfff, bytes.subarray(i, i + 1));
    }
  }
  read32(address: number): number {
    return this.memory.i32[(this.memory.frameAddress(this.frameOf(address >>> 0)) + (address & 0xfff)) >> 2]!;
  }
  write32(address: number, value: number): void {
    this.write(address >>> 0, wordBytes([value], this.abi.isa.byteOrder));
  }

  /** A register by its o32 name, unsigned. */
  get(name: string): number {
    return this.cpu.get(GENERAL[registerNumber(name)]!) >>> 0;
  }

  setWork(bits: number): void {
    this.write32(this.threadInfo + THREAD_INFO.flags, bits);
  }

  counter(name: keyof typeof CPU_AREA): number {
    return this.read32(KERNEL_DATA + CPU_AREA[name]);
  }

  /** Puts a program at TEXT and the CPU at its first instruction, as after exec. */
  load(source: string, sp = STACK_TOP - 64): void {
    const names = ['kml_call', 'sys_call_table', 'sys_getpid'];
    const constants = new Map<string, number>([
      ...names.map((name): [string, number] => [name, this.image.symbols.get(name)!]),
      ['DATA', DATA],
    ]);
    const { words, labels } = assemble(source, TEXT, constants);
    this.write(TEXT, wordBytes(words, this.abi.isa.byteOrder));
    for (const [name, address] of labels) this.labels.set(name, address);
    const { kernelMode } = this.task;
    this.abi.startFrame(this.kernel, this.task, this.frame, { entry: TEXT, sp, kernelMode });
    this.cpu.set(GENERAL[registerNumber('sp')]!, this.frame);
    this.cpu.set(GENERAL[registerNumber('gp')]!, this.threadInfo);
    this.cpu.pc = this.image.symbols.get('syscall_exit')! | 0;
  }

  /** Runs at most `budget` instructions. */
  run(budget = 10_000): string {
    return this.engine.run(budget);
  }

  /** Runs until the instruction at a label is next. Throws if it is not reached. */
  runTo(label: string, budget = 10_000): void {
    const target = this.labels.get(label) ?? this.image.symbols.get(label);
    if (target === undefined) throw new RangeError(`no label '${label}'`);
    for (let i = 0; i < budget; i++) {
      if (this.cpu.pc >>> 0 === target) return;
      if (this.engine.run(1) === 'shutdown') throw new Error(`shutdown: ${this.cpu.shutdownReason}`);
    }
    throw new Error(`'${label}' was not reached; pc is 0x${(this.cpu.pc >>> 0).toString(16)}`);
  }

  private kernelCall(number: number): number {
    if (number < KC_SYSCALL_LIMIT) {
      const words = new Int32Array(8);
      this.abi.syscallArguments(this.kernel, words.length, words);
      const seen = { number, args: [...words] };
      this.syscalls.push(seen);
      this.cpu.set(this.abi.resultSlot, this.onSyscall(seen));
    } else if (number === KC_EXCEPTION) {
      const exception = this.abi.readException(this.kernel);
      // The next page fault overwrites it.
      this.exceptions.push(structuredClone(exception));
      this.onException(exception);
    } else if (number === KC_INTERRUPT) {
      const line = this.abi.kernelCallArgument(this.kernel, 1);
      this.interrupts.push({ line, frame: this.abi.kernelCallArgument(this.kernel, 0) });
      this.engine.setInterrupt(line, false);
      this.onInterrupt();
    } else if (number === KC_EXIT_WORK) {
      this.exitWork++;
      this.onExitWork();
    } else if (number >= KC_PRIVATE) {
      return this.abi.privateKernelCall(this.kernel, number);
    } else {
      throw new RangeError(`kernel call 0x${number.toString(16)}`);
    }
    return KERNEL_GO_ON;
  }
}
