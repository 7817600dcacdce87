import type { Cpu } from '../cpu/cpu.ts';
import type { IsaBackend } from '../isa-backend.ts';
import type { AddressSpace } from '../memory/address-space.ts';
import { ANSWERED_ADDRESS, INTERRUPTS_ADDRESS, LEAVE_ADDRESS } from '../memory/memory-map.ts';

/** What runs when a fault is thrown (RunState.phase). */
export const IN_BLOCK = 0;
export const IN_SYSTEM_ROUTINE = 1;
export const IN_KERNEL = 2;
export const IN_DELIVERY = 3;
export const IN_ASSIST = 4;
export const IN_PLACE = 5;

/** What the run loop and what it calls tell each other: what is to be looked at before more code runs, and what runs now. */
export class RunState {
  /** One of IN_*. */
  phase = IN_BLOCK;
  /** The CPU's state is to be looked at afresh; and so are the interrupt lines (after architectural events only). */
  afresh = true;
  interruptsDue = true;
  /** The run is to come back. */
  stopRequested = false;
  /** Interrupt request lines that are up, a bit each. */
  lines = 0;
  /** The address space that code is looked up in: the MMU's current one when the run loop last looked. */
  space: AddressSpace;
  private readonly cpu: Cpu;
  private readonly isa: IsaBackend;

  constructor(cpu: Cpu, isa: IsaBackend) {
    this.cpu = cpu;
    this.isa = isa;
    this.space = cpu.mmu.current;
  }

  /** Architectural state may have changed: the run loop looks at all of it before it goes on. */
  lookAfresh(): void {
    this.afresh = true;
    this.interruptsDue = true;
  }

  /** The same where something bids it. */
  lookIfMust(): void {
    if (this.mustLeave()) this.lookAfresh();
  }

  /** Something waits that only the run loop deals with: a stop, a shutdown, another address space, an interrupt that may be taken. */
  mustLeave(): boolean {
    const { cpu } = this;
    return (
      cpu.leaveRequested ||
      this.stopRequested ||
      cpu.shutdownReason !== undefined ||
      cpu.mmu.current !== this.space ||
      this.interruptWaits()
    );
  }

  /** A request line is up and the CPU may take it. */
  interruptWaits(): boolean {
    return this.lines !== 0 && this.isa.interruptsEnabled(this.cpu);
  }

  /** Has running code leave after the present instruction. Interrupts are not looked at for that. */
  requestLeave(): void {
    this.afresh = true;
    this.cpu.leaveRequested = true;
    this.cpu.i32[LEAVE_ADDRESS >> 2] = 1;
    this.cpu.i32[ANSWERED_ADDRESS >> 2] = 0;
  }

  /** The run loop looks: nothing is requested any more. */
  beginLook(): void {
    this.afresh = false;
    this.cpu.leaveRequested = false;
    this.cpu.i32[LEAVE_ADDRESS >> 2] = 0;
  }

  /** See Engine.setInterrupt. */
  setInterrupt(line: number, pending: boolean): void {
    if (pending) this.lines |= 1 << line;
    else this.lines &= ~(1 << line);
    this.cpu.interruptPending = this.lines !== 0;
    this.cpu.i32[INTERRUPTS_ADDRESS >> 2] = this.lines;
    // The next kernel call looks whether it may be taken.
    if (pending) this.cpu.i32[ANSWERED_ADDRESS >> 2] = 0;
  }
}
