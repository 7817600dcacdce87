import type { Cpu } from '../cpu/cpu.ts';
import { RECORD, RECORD_MODES, type Records } from '../interp/block-record.ts';
import type { Interpreter } from '../interp/interpreter.ts';
import type { IsaBackend } from '../isa-backend.ts';
import type { BlockPosition } from './block-position.ts';
import type { Delivery } from './delivery.ts';
import { type EngineOptions, inKernelText } from './engine-types.ts';
import type { KernelCaller } from './kernel-caller.ts';
import { IN_ASSIST, IN_BLOCK, IN_SYSTEM_ROUTINE, type RunState } from './run-state.ts';

/** What happens where the interpreter is done with a block: its terminal, or what it was left for before its end. */
export class BlockEnd {
  private readonly options: EngineOptions;
  private readonly isa: IsaBackend;
  private readonly cpu: Cpu;
  private readonly interpreter: Interpreter;
  private readonly records: Records;
  private readonly position: BlockPosition;
  private readonly state: RunState;
  private readonly delivery: Delivery;
  private readonly kernel: KernelCaller;
  /** The instruction of its block that the ISA is asked to do. */
  private assisted = 0;

  constructor(
    options: EngineOptions,
    interpreter: Interpreter,
    records: Records,
    position: BlockPosition,
    state: RunState,
    delivery: Delivery,
    kernel: KernelCaller,
  ) {
    this.options = options;
    this.isa = options.isa;
    this.cpu = options.cpu;
    this.interpreter = interpreter;
    this.records = records;
    this.position = position;
    this.state = state;
    this.delivery = delivery;
    this.kernel = kernel;
  }

  /** All operations of the block are done: the terminal (TERMINAL). */
  end(block: number): void {
    const { cpu, position } = this;
    const m = cpu.i32;
    const value = m[(block + RECORD.value) >> 2]! >> 2;
    const target = m[(block + RECORD.target) >> 2]!;
    const next = m[(block + RECORD.next) >> 2]!;
    position.countAll(block);
    if (m[(block + RECORD.flags) >> 2]! & RECORD_MODES) cpu.mode = m[(block + RECORD.endMode) >> 2]!;
    switch (m[(block + RECORD.terminal) >> 2]!) {
      case 0: // jump, call
        cpu.pc = target;
        return;
      case 1: // branch
        cpu.pc = m[value]! !== 0 ? target : next;
        return;
      case 2: // return and computed jumps
        cpu.pc = m[value]!;
        return;
      case 3: // a trap whose instruction does not count
        position.takeBack(block, position.lastOf(block));
        this.trap(target, m[value]!, next);
        return;
      case 6: // one whose does
        position.goTo(block, position.lastOf(block));
        this.trap(target, m[value]!, next);
        position.noteEntry(block, position.lastOf(block));
        return;
      case 4:
        this.runSystemRoutine(block);
        return;
      case 7:
        this.switchMode(block);
        return;
      default:
        cpu.pc = next;
        this.kernel.call(target);
    }
  }

  /** The block was left before its end: a trapIf was taken, or code was written. */
  leave(block: number): void {
    const { interpreter, isa, position, records } = this;
    const index = interpreter.left;
    const vector = interpreter.trapVector;
    if (vector < 0) {
      position.stand(block, index);
      return;
    }
    interpreter.trapVector = -1;
    const kind = isa.trapKind?.(vector, records.get(block, RECORD.mode)) ?? 'trap';
    if (kind === 'skip') {
      position.stand(block, index + 1);
      return;
    }
    position.stand(block, index);
    if (kind === 'trap') this.trap(vector, interpreter.trapError, records.pcAt(block, index + 1));
    else if (kind === 'assist') this.assist(block, index, vector);
    else if (kind === 'again') this.doAgain(block, index, vector);
    else position.goTo(block, index + 1);
  }

  /** The system routine that ends the block faulted: stands there, with the instruction not counted. */
  takeBackRoutine(block: number): void {
    this.position.takeBack(block, this.position.lastOf(block));
  }

  /** The same for the instruction that the ISA was asked to do. */
  takeBackAssist(block: number): void {
    this.position.takeBack(block, this.assisted);
  }

  private trap(vector: number, error: number, next: number): void {
    this.delivery.trap(vector, error, next);
    this.state.lookIfMust();
  }

  /** Stands at instruction `index`, to do it under the mode that the ISA now sets. */
  private doAgain(block: number, index: number, vector: number): void {
    this.isa.deliverTrap(this.cpu, vector, this.interpreter.trapError, this.records.pcAt(block, index + 1));
    this.state.lookAfresh();
  }

  /** Has the ISA do instruction `index` as a whole, counted. */
  private assist(block: number, index: number, vector: number): void {
    const { cpu, position, state } = this;
    position.countOne(block, index);
    this.assisted = index;
    state.phase = IN_ASSIST;
    this.isa.deliverTrap(cpu, vector, this.interpreter.trapError, this.records.pcAt(block, index + 1));
    state.phase = IN_BLOCK;
    if (inKernelText(this.options, cpu.pc)) position.noteEntry(block, index);
    if (cpu.leaveRequested) state.lookAfresh();
  }

  private runSystemRoutine(block: number): void {
    const { cpu, records, position, state } = this;
    const m = cpu.i32;
    const args = records.get(block, RECORD.argCount);
    cpu.pc = records.pcAt(block, position.lastOf(block));
    state.phase = IN_SYSTEM_ROUTINE;
    this.isa.systemRoutines[records.get(block, RECORD.target)]!(
      cpu,
      args > 0 ? m[records.get(block, RECORD.args) >> 2]! : 0,
      args > 1 ? m[records.get(block, RECORD.args + 4) >> 2]! : 0,
      args > 2 ? m[records.get(block, RECORD.args + 8) >> 2]! : 0,
      records.get(block, RECORD.next),
    );
    state.phase = IN_BLOCK;
    state.lookIfMust();
    if (inKernelText(this.options, cpu.pc)) position.noteEntry(block, position.lastOf(block));
  }

  private switchMode(block: number): void {
    const { cpu, records, position } = this;
    cpu.mode = cpu.i32[records.get(block, RECORD.args) >> 2]!;
    cpu.pc = cpu.i32[records.get(block, RECORD.value) >> 2]!;
    const isTrap = records.get(block, RECORD.target) !== 0;
    if (isTrap || inKernelText(this.options, cpu.pc)) position.noteEntry(block, position.lastOf(block));
    this.state.lookIfMust();
  }
}
