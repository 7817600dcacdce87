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
import { arm } from '../../isa/backend.ts';
import { reg } from '../../isa/state.ts';
import { readCpsr } from '../../isa/system/psr.ts';
import { armEabi } from '../abi.ts';
import { assemble } from '../asm/assembler.ts';
import { ENTRY_CONSTANTS, KC_OABI_CALL, KC_UNALIGNED } from '../entry/constants.ts';
import { KERNEL_DATA, KML_CALL, TASK_SIZE } from '../layout.ts';
import { PT, PT_SIZE } from '../pt-regs.ts';
import { SIGPAGE_IMAGE } from '../sigpage.ts';

/** Where the program under test lies: text, a page of data, a stack whose lower page is absent at first, the signal page. */
export const TEXT = 0x0804_8000;
export const DATA = 0x0805_0000;
export const STACK_TOP = 0x0807_0000;
export const SIGPAGE = 0x0809_0000;

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
  /** System calls with a number in the instruction. */
  oldCalls = 0;
  /** Answers a system call; by default 0. */
  onSyscall: (seen: SyscallSeen) => number = () => 0;
  /** What becomes of an exception; by default the machine stops. */
  onException: (exception: KernelException) => void = () => this.engine.stop();
  /** Answers whether an unaligned access was made good. */
  onUnaligned: (frame: number) => boolean = () => false;
  onExitWork: () => void = () => this.setWork(0);
  private nextFrame = 0;
  private readonly mmu: Mmu;
  private readonly memory: GuestMemory;

  /** @param recognise system-call traps of the program are recognised */
  constructor(kernelMode: boolean, recognise = false) {
    this.memory = new GuestMemory(128, 'little');
    this.mmu = new Mmu(this.memory, TASK_SIZE);
    this.cpu = new Cpu(this.memory, this.mmu, arm.layout, STATE_BASE);
    this.image = armEabi.buildImage();
    this.engine = new Engine({
      isa: arm,
      model: arm.cpuModels[0]!,
      cpu: this.cpu,
      kernel: { kernelCall: (number) => this.kernelCall(number) },
      kernelText: { start: this.image.textStart, end: this.image.textEnd },
      recognised: recognise ? recognisedTrap(TASK_SIZE, this.image) : undefined,
      hotness: Number.POSITIVE_INFINITY,
      verify: true,
    });
    const space = this.mmu.createSpace();
    this.mmu.activate(space);
    this.task = {
      kernelMode,
      stackSlot: STACK_SLOT,
      arch: {},
      mm: { space, vdso: SIGPAGE },
      cred: { euid: 0 },
    } as never;
    this.kernel = {
      abi: armEabi,
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
    armEabi.boot(this.kernel);
    armEabi.switchTo(this.kernel, this.task);
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
    for (const { address, bytes, writable, executable, userName } of this.image.segments) {
      const rights = (writable ? PTE_WRITE : 0) | (executable ? PTE_EXEC : 0);
      this.map(address, bytes.length, userName === undefined ? rights : rights | PTE_USER);
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
    this.map(SIGPAGE, 0x1000, PTE_USER | PTE_EXEC);
    this.write(SIGPAGE, SIGPAGE_IMAGE);
  }

  /** Maps zeroed pages. */
  map(address: number, bytes: number, rights: number): void {
    for (let page = address >>> PAGE_SHIFT; page <= (address + bytes - 1) >>> PAGE_SHIFT; page++) {
      this.memory.zeroFrame(this.nextFrame);
      this.mmu.setEntry(this.mmu.current, page, makePte(this.nextFrame++, PTE_PRESENT | rights));
    }
  }

  /** Takes a page away. */
  unmap(address: number): void {
    this.mmu.setEntry(this.mmu.current, address >>> PAGE_SHIFT, 0);
  }

  private place(address: number): number {
    const entry = this.mmu.entry(this.mmu.current, address >>> PAGE_SHIFT);
    if ((entry & PTE_PRESENT) === 0) throw new RangeError(`0x${address.toString(16)} is not mapped`);
    return this.memory.frameAddress(entry >>> PAGE_SHIFT) + (address & 0xfff);
  }

  write(address: number, bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) this.memory.u8[this.place(address + i)] = bytes[i]!;
  }
  read32(address: number): number {
    return this.memory.view.getUint32(this.place(address), true);
  }
  write32(address: number, value: number): void {
    this.memory.view.setUint32(this.place(address), value, true);
  }

  /** Word of the frame of a trap from user code. */
  frameWord(name: keyof typeof PT, frame = this.frame): number {
    return this.read32(frame + PT[name]);
  }

  /** A register, unsigned; 'cpsr' too. */
  get(name: string): number {
    return (name === 'cpsr' ? readCpsr(this.cpu) : this.cpu.get(reg(name))) >>> 0;
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
    const own: [string, number][] = [
      ['DATA', DATA],
      ['STACK', STACK_TOP],
      ['KML_CALL', KML_CALL],
    ];
    const constants = new Map([...ENTRY_CONSTANTS, ...own]);
    const { bytes, labels } = assemble(source, TEXT, constants);
    this.write(TEXT, bytes);
    for (const [name, address] of labels) this.labels.set(name, address);
    armEabi.startFrame(this.kernel, this.task, this.frame, { entry: TEXT, sp, kernelMode: this.task.kernelMode });
    this.set('r13', this.frame);
    this.set('r9', this.threadInfo);
    this.cpu.pc = this.image.symbols.get('ret_to_user')!;
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
      armEabi.syscallArguments(this.kernel, words.length, new Int32Array(words.buffer));
      const seen = { number, args: [...words] };
      this.syscalls.push(seen);
      this.cpu.set(armEabi.resultSlot, this.onSyscall(seen));
    } else if (number === KC_EXCEPTION) {
      const exception = armEabi.readException(this.kernel);
      // The next page fault overwrites it.
      this.exceptions.push(structuredClone(exception));
      this.onException(exception);
    } else if (number === KC_INTERRUPT) {
      const line = armEabi.kernelCallArgument(this.kernel, 1);
      this.interrupts.push({ line, frame: armEabi.kernelCallArgument(this.kernel, 0) });
      this.engine.setInterrupt(line, false);
    } else if (number === KC_UNALIGNED) {
      this.set('r0', this.onUnaligned(this.get('r0')) ? 1 : 0);
    } else if (number === KC_OABI_CALL) {
      this.oldCalls++;
    } else if (number === KC_EXIT_WORK) {
      this.exitWork++;
      this.onExitWork();
    } else {
      throw new RangeError(`kernel call 0x${number.toString(16)}`);
    }
    return KERNEL_GO_ON;
  }
}
