import type { Cpu } from '../cpu/cpu.ts';
import type { GuestFault } from '../cpu/guest-fault.ts';
import type { Interpreter } from '../interp/interpreter.ts';
import type { IsaBackend } from '../isa-backend.ts';
import type { BlockEnd } from './block-end.ts';
import type { BlockPosition } from './block-position.ts';
import type { Delivery } from './delivery.ts';
import type { EngineOptions } from './engine-types.ts';
import type { PlaceRunner } from './place-runner.ts';
import {
  IN_ASSIST,
  IN_BLOCK,
  IN_DELIVERY,
  IN_KERNEL,
  IN_PLACE,
  IN_SYSTEM_ROUTINE,
  type RunState,
} from './run-state.ts';
import { FAULT_ANSWERED, FAULT_LEAVE, FAULT_NONE } from './translator-port.ts';

/**
 * Delivers faults that were thrown, at the instruction that faulted: what ran says which that is and what of it
 * was counted. And those that translated code left for.
 */
export class FaultRecovery {
  private readonly isa: IsaBackend;
  private readonly cpu: Cpu;
  private readonly interpreter: Interpreter;
  private readonly state: RunState;
  private readonly position: BlockPosition;
  private readonly blockEnd: BlockEnd;
  private readonly places: PlaceRunner;
  private readonly delivery: Delivery;

  constructor(
    { isa, cpu }: EngineOptions,
    interpreter: Interpreter,
    state: RunState,
    position: BlockPosition,
    blockEnd: BlockEnd,
    places: PlaceRunner,
    delivery: Delivery,
  ) {
    this.isa = isa;
    this.cpu = cpu;
    this.interpreter = interpreter;
    this.state = state;
    this.position = position;
    this.blockEnd = blockEnd;
    this.places = places;
    this.delivery = delivery;
  }

  /** A fault was thrown: delivers it, with the instructions before the faulting one counted. */
  recover(fault: GuestFault): void {
    const { state } = this;
    if (state.phase === IN_KERNEL) {
      throw new Error(`a guest fault escaped from a kernel call: ${describe(fault)}`);
    }
    if (state.phase === IN_DELIVERY) {
      this.cpu.shutdownReason ??= `a fault escaped from trap delivery: ${describe(fault)}`;
      state.afresh = true;
      return;
    }
    this.standAtFaulting(fault.implied);
    state.phase = IN_BLOCK;
    state.lookAfresh();
    this.delivery.fault(fault);
  }

  /** See TranslationHost.answerAccess. */
  answer(address: number, bytes: number, write: boolean): number {
    const { cpu, isa, state } = this;
    const { mmu } = cpu;
    const supervisor = isa.isSupervisor(cpu.mode);
    const access = write ? 'write' : 'read';
    // The fault of alignment comes first; and what was translated already left for something else.
    if (isa.alignment !== undefined && address & (bytes - 1)) return FAULT_NONE;
    if (mmu.isFilled(address, access, supervisor)) return FAULT_NONE;
    this.interpreter.slow.count++;
    if (mmu.probe(mmu.current, address, access, supervisor) >= 0) {
      return mmu.isFilled(address, access, supervisor) ? FAULT_ANSWERED : FAULT_NONE;
    }
    this.delivery.fault(mmu.pageFault(address, access));
    if (!state.afresh && !state.mustLeave()) return FAULT_ANSWERED;
    state.lookAfresh();
    return FAULT_LEAVE;
  }

  private standAtFaulting(implied: boolean): void {
    const { interpreter } = this;
    const { block } = interpreter;
    switch (this.state.phase) {
      case IN_SYSTEM_ROUTINE:
        this.blockEnd.takeBackRoutine(block);
        return;
      case IN_ASSIST:
        this.blockEnd.takeBackAssist(block);
        return;
      case IN_PLACE:
        this.places.takeBack();
        return;
      default:
        this.position.standAtFault(block, interpreter.faulting(), implied);
    }
  }
}

function describe(fault: GuestFault): string {
  if (fault.access === undefined) return `vector ${fault.vector}, error ${fault.error}`;
  return `${fault.access} of 0x${(fault.address >>> 0).toString(16)}`;
}
