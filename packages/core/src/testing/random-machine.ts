import {
  type EngineOptions,
  KERNEL_GO_ON,
  KERNEL_LEAVE,
  KERNEL_STEADY,
  type SteadyCall,
} from '../engine/engine-types.ts';
import { MAX_STEADY_CALLS, PAGE_SIZE } from '../memory/memory-map.ts';
import { mix, Random } from './random.ts';
import { type RandomProgram, randomIsa } from './random-ir.ts';
import { F64_SLOTS, I64_SLOTS, V_SLOTS } from './random-values.ts';
import { TOY_SUPERVISOR } from './toy-isa.ts';
import { KERNEL_TEXT, type ToyMachine, toyMachine, USER_CODE } from './toy-machine.ts';

export interface RandomMachine extends ToyMachine {
  /** The kernel's word that steady calls read. */
  word: number;
}

/** A machine that is to run a random program: memory and registers random too, all from the seed. */
export function randomMachine(program: RandomProgram, options: Partial<EngineOptions> = {}): RandomMachine {
  const machine: RandomMachine = Object.assign(toyMachine({ isa: randomIsa(program), ...options }), { word: 0 });
  const random = new Random(mix(program.seed, 1));
  const page = new Uint8Array(PAGE_SIZE);
  for (let frame = 1; frame <= 5; frame++) {
    for (let at = 0; at < PAGE_SIZE; at++) page[at] = random.word();
    machine.memory.writeFrame(frame, 0, page);
  }
  for (let n = 0; n < 8; n++) machine.setReg(`r${n}`, random.corner());
  const { cpu } = machine;
  for (const slot of [...I64_SLOTS, ...V_SLOTS]) {
    for (let word = 0; word < (slot.type === 'i64' ? 2 : 4); word++) {
      cpu.i32[((cpu.base + slot.offset) >> 2) + word] = random.word();
    }
  }
  for (const slot of F64_SLOTS) cpu.f64[(cpu.base + slot.offset) >> 3] = random.word() / 65536;
  machine.setReg('vectorBase', KERNEL_TEXT);
  const result = cpu.layout.slot('r3', 'i32');
  const steady = (number: number): SteadyCall | undefined =>
    number % 3 === 0 && number < 3 * MAX_STEADY_CALLS ? { index: number / 3, result, work: number % 7 } : undefined;
  machine.steadyCall = steady;
  machine.onKernelCall = (number) => {
    const work = steady(number)?.work;
    if (work !== undefined) {
      // What the other calls have come to: it changes with each of them, and from outside of a run.
      machine.setReg('r3', mix(number, machine.word));
      machine.engine.addCycles(work, true);
      return KERNEL_STEADY;
    }
    machine.word = mix(machine.word, number);
    // The kernel's answer depends on the guest's state alone: the same run gets the same answers.
    const answer = mix(number, machine.engine.instructions(), machine.engine.cycles()) & 3;
    machine.setReg('r3', machine.reg('r3') + answer);
    machine.engine.setInterrupt(0, false);
    return answer === 0 ? KERNEL_LEAVE : KERNEL_GO_ON;
  };
  return machine;
}

/** Instructions between two perturbations. */
const STRETCH = 150;

/**
 * Runs `instructions` of a random program. Left alone it would soon go round in a small loop; so after
 * every stretch it is sent to another place with other registers, in user or supervisor mode, now and
 * then with an interrupt. With `cuts` the budget is cut at random points, which must not show.
 */
export function runRandomly(machine: RandomMachine, program: RandomProgram, instructions: number, cuts?: Random): void {
  const perturbations = new Random(mix(program.seed, 2));
  for (let done = 0; done < instructions; done += STRETCH) {
    const stretch = Math.min(STRETCH, instructions - done);
    for (let left = stretch; left > 0; ) {
      const part = cuts ? Math.min(left, 1 + cuts.below(cuts.oneIn(3) ? 4 : 60)) : left;
      machine.engine.run(part);
      left -= part;
    }
    perturb(machine, program, perturbations);
  }
}

function perturb(machine: RandomMachine, program: RandomProgram, random: Random): void {
  machine.cpu.pc = USER_CODE + 4 * random.below(program.size);
  machine.cpu.mode = random.oneIn(4) ? TOY_SUPERVISOR : 0;
  for (let n = random.below(4); n > 0; n--) machine.setReg(`r${random.below(8)}`, random.corner());
  machine.setReg('ie', random.below(2));
  machine.word = random.word();
  if (random.oneIn(3)) machine.engine.setInterrupt(0, true);
}

/** Everything a run may be told by: CPU state, memory, counts, kernel calls. Equal for equal runs. */
export function outcome(machine: ToyMachine): Record<string, unknown> {
  const { cpu, memory, engine } = machine;
  const state: Record<string, string> = {};
  for (const slot of cpu.layout.slots) {
    const bytes = { i32: 4, i64: 8, f32: 4, f64: 8, v128: 16 }[slot.type];
    state[slot.name] = hex(cpu.u8.subarray(cpu.base + slot.offset, cpu.base + slot.offset + bytes));
  }
  for (const array of cpu.layout.arrays) {
    state[array.name] = hex(cpu.u8.subarray(cpu.base + array.offset, cpu.base + array.offset + array.bytes));
  }
  const frames: number[] = [];
  for (let frame = 1; frame <= 5; frame++) {
    const first = memory.frameAddress(frame) >> 2;
    frames.push(mix(...memory.i32.subarray(first, first + PAGE_SIZE / 4)));
  }
  return {
    instructions: engine.instructions(),
    cycles: engine.cycles(),
    ...engine.cyclesBy(),
    shutdown: engine.shutdownReason,
    calls: machine.calls.length,
    state,
    frames,
  };
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
