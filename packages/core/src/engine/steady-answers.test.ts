import { beforeEach, expect, test } from 'vitest';
import { ANSWERED_ADDRESS, answerOffset } from '../memory/memory-map.ts';
import { toyIsa } from '../testing/toy-isa.ts';
import { type ToyMachine, toyMachine } from '../testing/toy-machine.ts';
import { Clock } from './clock.ts';
import { KERNEL_GO_ON, KERNEL_LEAVE, KERNEL_STEADY, type KernelPort } from './engine-types.ts';
import { KernelCaller } from './kernel-caller.ts';
import { RunState } from './run-state.ts';
import { SteadyAnswers } from './steady-answers.ts';

const WORK = 7;
const [OTHER, LEAVING] = [10, 11];

let machine: ToyMachine;
let clock: Clock;
let state: RunState;
let caller: KernelCaller;
let answers: SteadyAnswers;
let told: (readonly [number, number])[];

/** Calls 0 to 9 are steady. */
beforeEach(() => {
  machine = toyMachine();
  const { cpu } = machine;
  const result = cpu.layout.slot('r3', 'i32');
  told = [];
  const port: KernelPort = {
    kernelCall(number) {
      if (number === OTHER) return KERNEL_GO_ON;
      if (number === LEAVING) return KERNEL_LEAVE;
      cpu.set(result, 100 + number);
      return KERNEL_STEADY;
    },
    steadyCall: (number) => (number < 10 ? { index: number, result, work: WORK } : undefined),
    answered: (number, count) => told.push([number, count]),
  };
  clock = new Clock(cpu.i32);
  state = new RunState(cpu, toyIsa());
  answers = new SteadyAnswers(port, cpu, clock);
  caller = new KernelCaller(port, cpu, state, answers);
});

const known = () => machine.cpu.i32[ANSWERED_ADDRESS >> 2]!;

/** As translated code does. */
function answer(index: number): number {
  const at = answerOffset(index) >> 2;
  machine.cpu.i32[at + 1]!++;
  return machine.cpu.i32[at]!;
}

test('answers of several calls are known until the kernel is called for something else, which is told of them', () => {
  expect([caller.call(3), caller.call(5)]).toEqual([KERNEL_GO_ON, KERNEL_GO_ON]);
  expect(known()).toBe((1 << 3) | (1 << 5));
  expect([answer(3), answer(5), answer(3)]).toEqual([103, 105, 103]);
  expect(told).toEqual([]);
  expect(caller.call(OTHER)).toBe(KERNEL_GO_ON);
  expect([known(), told, clock.workCycles()]).toEqual([
    0,
    [
      [3, 2],
      [5, 1],
    ],
    3 * WORK,
  ]);
  caller.call(3);
  caller.call(LEAVING);
  expect([known(), told.length]).toEqual([0, 2]);
});

test('where an interrupt waits, or running code is to leave, each call asks', () => {
  caller.call(3);
  state.setInterrupt(1, true);
  expect(known()).toBe(0);
  caller.call(3);
  expect(known()).toBe(0);
  state.setInterrupt(1, false);
  caller.call(3);
  expect(known()).toBe(1 << 3);
  answer(3);
  state.requestLeave();
  expect([known(), caller.call(3), known()]).toEqual([0, KERNEL_LEAVE, 0]);
  answers.giveUp();
  expect(told).toEqual([[3, 1]]);
});
