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
  recognisedTrap,
  STACK_BYTES,
  STACK_SLOT_BYTES,
  type Task,
  THREAD_INFO,
} from '@kml/kernel';
import { readCr, readXer, reg } from '../../isa/index.ts';
import { powerpc } from '../abi.ts';
import { assemble } from '../asm/assembler.ts';
import { ENTRY_CONSTANTS } from '../entry/constants.ts';
import { KERNEL_DATA, TASK_SIZE } from '../layout.ts';
import { FRAME_BYTES, PT, PT_SIZE } from '../pt-regs.ts';
import { vdsoImage, vdsoOffset } from '../vdso-image.ts';

/** Where the program under test lies: text, a page of data, a page of stack, the vDSO. */
export const TEXT = 0x1000_0000;
export const DATA = 0x1001_0000;
export const STACK_TOP = 0x1003_0000;
export const VDSO = 0x1005_0000;

const STACK_SLOT = 1;
const CLOCK_HZ = 400e6;

export interface SyscallSeen {
  readonly number: number;
  readonly args: readonly number[];
}

/**
 * A CPU with the real kernel image and no kernel behind it: one task, whose kernel calls the test
 * answers. Programs are assembly text (asm/assembler.ts).
 */
export class EntryMachine {
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
  onInterrupt: () => void = () => {};
  private nextFrame = 0;
  private readonly mmu: Mmu;
  private readonly memory: GuestMemory;

  /** @param recognise system-call traps of the program are recognised */
  constructor(kernelMode: boolean, recognise = false) {
    const { isa } = powerpc;
    this.memory = new GuestMemory(128, 'big');
    this.mmu = new Mmu(this.memory, TASK_SIZE);
    this.cpu = new Cpu(this.memory, this.mmu, isa.layout, STATE_BASE);
    this.image = powerpc.buildImage();
    this.engine = new Engine({
      isa,
      model: isa.cpuModels[0]!,
      cpu: this.cpu,
      kernel: { kernelCall: (number) => this.kernelCall(number) },
      kernelText: { start: this.image.textStart, end: this.image.textEnd },
      recognised: recognise ? recognisedTrap(TASK_SIZE, this.image) : undefined,
      hotness: Number.POSITIVE_INFINITY,
      verify: true,
    });
    const space = this.mmu.createSpace();
    this.mmu.activate(space);
    this.task = { kernelMode, stackSlot: STACK_SLOT, arch: {}, mm: { space, vdso: VDSO }, cred: { euid: 0 } } as never;
    this.kernel = {
      abi: powerpc,
      cpu: this.cpu,
      memory: this.memory,
      mmu: this.mmu,
      engine: this.engine,
      work: kernelWork(),
      image: this.image,
      state: { current: this.task },
    } as never;
    this.mapKernel();
    this.mapUser();
    powerpc.boot(this.kernel);
    powerpc.switchTo(this.kernel, this.task);
  }

  /** Lowest address of the task's kernel stack: thread_info. */
  get threadInfo(): number {
    return this.stackTop - STACK_BYTES;
  }
  get stackTop(): number {
    return TASK_SIZE + KERNEL_STACKS_OFFSET + (STACK_SLOT + 1) * STACK_SLOT_BYTES;
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

  private mapUser(): void {
    this.map(TEXT, 0x1000, PTE_USER | PTE_EXEC);
    this.map(DATA, 0x1000, PTE_USER | PTE_WRITE);
    this.map(STACK_TOP - 0x1000, 0x1000, PTE_USER | PTE_WRITE);
    this.map(VDSO, 0x1000, PTE_USER | PTE_EXEC);
    this.write(VDSO, vdsoImage(CLOCK_HZ));
  }

  /** Maps zeroed pages. */
  map(address: number, bytes: number, rights: number): void {
    for (let page = address >>> PAGE_SHIFT; page <= (address + bytes - 1) >>> PAGE_SHIFT; page++) {
      this.memory.zeroFrame(this.nextFrame);
      this.mmu.setEntry(this.mmu.current, page, makePte(this.nextFrame++, PTE_PRESENT | rights));
    }
  }

  private place(address: number): { frame: number; offset: number } {
    const entry = this.mmu.entry(this.mmu.current, address >>> PAGE_SHIFT);
    if ((entry & PTE_PRESENT) === 0) throw new RangeError(`0x${address.toString(16)} is not mapped`);
    return { frame: entry >>> PAGE_SHIFT, offset: address & 0xfff };
  }

  write(address: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const { frame, offset } = this.place(address + done);
      const piece = Math.min(bytes.length - done, 0x1000 - offset);
      this.memory.writeFrame(frame, offset, bytes.subarray(done, done + piece));
      done += piece;
    }
  }
  read32(address: number): number {
    const { frame, offset } = this.place(address);
    const bytes = new Uint8Array(4);
    this.memory.readFrame(frame, offset, bytes);
    return new DataView(bytes.buffer).getUint32(0);
  }
  write32(address: number, value: number): void {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value);
    this.write(address, bytes);
  }

  /** Word of the frame of a trap from user code. */
  frameWord(name: keyof typeof PT, frame = this.frame): number {
    return this.read32(frame + PT[name]);
  }

  /** A register, unsigned; 'cr' and 'xer' too. */
  get(name: string): number {
    if (name === 'cr') return readCr(this.cpu) >>> 0;
    if (name === 'xer') return readXer(this.cpu) >>> 0;
    return this.cpu.get(reg(name)) >>> 0;
  }
  set(name: string, value: number): void {
    this.cpu.set(reg(name), value);
  }

  setWork(bits: number): void {
    this.write32(this.threadInfo + THREAD_INFO.flags, bits);
  }

  counter(name: keyof typeof CPU_AREA): number {
    return this.read32(KERNEL_DATA + CPU_AREA[name]);
  }

  /** Puts a program at TEXT and the CPU at its first instruction, as after exec. */
  load(source: string, sp = STACK_TOP): void {
    const constants = new Map([...ENTRY_CONSTANTS, ['DATA', DATA], ['STACK', STACK_TOP]] as [string, number][]);
    constants.set('__kernel_vsyscall_kml', VDSO + vdsoOffset('__kernel_vsyscall_kml'));
    const { bytes, labels } = assemble(source, TEXT, constants);
    this.write(TEXT, bytes);
    for (const [name, address] of labels) this.labels.set(name, address);
    powerpc.startFrame(this.kernel, this.task, this.frame, { entry: TEXT, sp, kernelMode: this.task.kernelMode });
    this.set('r1', this.stackTop - FRAME_BYTES);
    this.set('r2', this.threadInfo);
    this.cpu.pc = this.image.symbols.get('syscall_exit')!;
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
      const exit = this.engine.run(1);
      if (exit === 'shutdown') throw new Error(`shutdown: ${this.cpu.shutdownReason}`);
    }
    throw new Error(`'${label}' was not reached; pc is 0x${(this.cpu.pc >>> 0).toString(16)}`);
  }

  private kernelCall(number: number): number {
    if (number < KC_SYSCALL_LIMIT) {
      const words = new Uint32Array(6);
      powerpc.syscallArguments(this.kernel, words.length, new Int32Array(words.buffer));
      const seen = { number, args: [...words] };
      this.syscalls.push(seen);
      this.cpu.set(powerpc.resultSlot, this.onSyscall(seen));
    } else if (number === KC_EXCEPTION) {
      const exception = powerpc.readException(this.kernel);
      // The next page fault overwrites it.
      this.exceptions.push(structuredClone(exception));
      this.onException(exception);
    } else if (number === KC_INTERRUPT) {
      const line = powerpc.kernelCallArgument(this.kernel, 1);
      this.interrupts.push({ line, frame: powerpc.kernelCallArgument(this.kernel, 0) });
      this.engine.setInterrupt(line, false);
      this.onInterrupt();
    } else if (number === KC_EXIT_WORK) {
      this.exitWork++;
      this.onExitWork();
    } else if (number === KC_PRIVATE) {
      return powerpc.privateKernelCall(this.kernel, number);
    } else {
      throw new RangeError(`kernel call 0x${number.toString(16)}`);
    }
    return KERNEL_GO_ON;
  }
}
