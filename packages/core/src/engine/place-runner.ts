import type { Cpu } from '../cpu/cpu.ts';
import type { IsaBackend } from '../isa-backend.ts';
import type { Clock } from './clock.ts';
import type { Delivery } from './delivery.ts';
import { type EngineOptions, inKernelText } from './engine-types.ts';
import { IN_BLOCK, IN_PLACE, type RunState } from './run-state.ts';
import { PLACE_ELSEWHERE, PLACE_LEAVE, PLACE_NEXT, type Place } from './translator-port.ts';

/** Does what translated code has the engine do in place: trap and system instructions, and the look after a switch of mode. */
export class PlaceRunner {
  private readonly options: EngineOptions;
  private readonly isa: IsaBackend;
  private readonly cpu: Cpu;
  private readonly clock: Clock;
  private readonly state: RunState;
  private readonly delivery: Delivery;
  /** The system instruction that is being done. */
  private place: Place | undefined;

  constructor(options: EngineOptions, clock: Clock, state: RunState, delivery: Delivery) {
    this.options = options;
    this.isa = options.isa;
    this.cpu = options.cpu;
    this.clock = clock;
    this.state = state;
    this.delivery = delivery;
  }

  /** See TranslationHost.inPlace. */
  run(place: Place, a: number, b: number, c: number): number {
    if (place.kind === 'switchMode') {
      if (place.number < 0) this.noteEntry(place);
    } else {
      this.cpu.pc = place.pc;
      if (place.kind === 'system') this.runSystemRoutine(place, a, b, c);
      else this.trap(place, a);
    }
    return this.answerOf(place);
  }

  /** The system instruction faulted: stands there, with the instruction not counted. */
  takeBack(): void {
    const { cpu } = this;
    const place = this.place!;
    this.uncount(place);
    cpu.pc = place.pc;
    cpu.mode = place.mode;
  }

  private runSystemRoutine(place: Place, a: number, b: number, c: number): void {
    const { state } = this;
    this.place = place;
    state.phase = IN_PLACE;
    this.isa.systemRoutines[place.number]!(this.cpu, a, b, c, place.next);
    state.phase = IN_BLOCK;
    this.noteEntry(place);
  }

  private trap(place: Place, error: number): void {
    if (!place.completes) this.uncount(place);
    this.cpu.mode = place.mode;
    this.delivery.trap(place.number, error, place.next);
    if (place.completes && !place.inKernelText) this.clock.countEntry(place.cycles);
  }

  /** What the instruction cost is cost of entry if it led into kernel text. */
  private noteEntry(place: Place): void {
    if (!place.inKernelText && inKernelText(this.options, this.cpu.pc)) this.clock.countEntry(place.cycles);
  }

  /** Takes an instruction back out of the counts. */
  private uncount(place: Place): void {
    this.clock.count(-1, -place.cycles);
    if (place.inKernelText) this.clock.countEntry(-place.cycles);
  }

  /** What TranslationHost.inPlace answers when the instruction is done. */
  private answerOf(place: Place): number {
    const { cpu, state } = this;
    if (state.mustLeave()) {
      cpu.leaveRequested = true;
      state.lookAfresh();
      return PLACE_LEAVE;
    }
    return cpu.pc === place.next && cpu.mode === place.nextMode ? PLACE_NEXT : PLACE_ELSEWHERE;
  }
}
