import type { Cpu } from '../cpu/cpu.ts';
import { GuestFault } from '../cpu/guest-fault.ts';
import type { IsaBackend } from '../isa-backend.ts';
import type { Clock } from './clock.ts';
import type { TrapEvent } from './engine-types.ts';
import { IN_BLOCK, IN_DELIVERY, type RunState } from './run-state.ts';

/** So many traps in a row without one instruction executed: the CPU gets nowhere (a handler that cannot be fetched, say). */
const MAX_TRAPS_IN_A_ROW = 100_000;

/** Has the ISA deliver traps, faults and interrupts: pc and mode are the instruction's, the counts exact. */
export class Delivery {
  /** See Engine.onTrap. */
  onTrap: ((event: TrapEvent) => void) | undefined;
  private readonly isa: IsaBackend;
  private readonly cpu: Cpu;
  private readonly clock: Clock;
  private readonly state: RunState;
  private trapsInARow = 0;
  private lastTrapAt = -1;
  /** The fault being delivered: a copy, for delivery may meet further ones. */
  private readonly delivered = new GuestFault();

  constructor(isa: IsaBackend, cpu: Cpu, clock: Clock, state: RunState) {
    this.isa = isa;
    this.cpu = cpu;
    this.clock = clock;
    this.state = state;
  }

  /** Delivers a trap; `next` is the address behind the instruction. */
  trap(vector: number, error: number, next: number): void {
    this.begin();
    this.onTrap?.({ kind: 'trap', pc: this.cpu.pc >>> 0, vector, error });
    this.isa.deliverTrap(this.cpu, vector, error, next);
    this.state.phase = IN_BLOCK;
  }

  /** Delivers a fault. */
  fault(thrown: GuestFault): void {
    const { delivered } = this;
    delivered.access = thrown.access;
    delivered.address = thrown.address;
    delivered.present = thrown.present;
    delivered.implied = thrown.implied;
    delivered.vector = thrown.vector;
    delivered.error = thrown.error;
    this.begin();
    this.onTrap?.({ kind: 'fault', pc: this.cpu.pc >>> 0, ...delivered });
    this.isa.deliverFault(this.cpu, delivered);
    this.state.phase = IN_BLOCK;
  }

  /** Delivers the lowest interrupt request line that is up, if any is and the CPU may take it. */
  interrupt(): void {
    const { cpu, state } = this;
    state.interruptsDue = false;
    if (!state.interruptWaits()) return;
    state.lookAfresh();
    this.begin();
    const line = 31 - Math.clz32(state.lines & -state.lines);
    this.onTrap?.({ kind: 'interrupt', pc: cpu.pc >>> 0, line });
    this.isa.deliverInterrupt(cpu, line);
    state.phase = IN_BLOCK;
  }

  /** Ends a CPU that takes trap after trap and executes nothing. */
  private begin(): void {
    const now = this.clock.instructions();
    this.trapsInARow = now === this.lastTrapAt ? this.trapsInARow + 1 : 0;
    this.lastTrapAt = now;
    if (this.trapsInARow > MAX_TRAPS_IN_A_ROW) this.cpu.shutdownReason ??= 'endless traps: no instruction executed';
    this.state.phase = IN_DELIVERY;
  }
}
