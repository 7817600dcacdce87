/**
 * When the machine must look at the clock, as instruction counts. The run loop asks timerDue for a
 * budget, runs at most that much (in as many pieces as it likes), and calls onRunReturn:
 *
 *     engine.run(timerDue(kernel)); onRunReturn(kernel);
 *
 * Virtual time: the count depends only on instructions and cycles executed, so ticks and timers fall
 * on the same instruction in every run. The guess of cycles per instruction is that of the time since
 * the last look; it is trusted for 7/8 of the way only, and another look follows, so that an event is
 * late by little more than LOOK_MIN instructions.
 */
import type { Kernel } from '../kernel.ts';
import { panic } from '../report/panic.ts';
import { monotonicNs, nsToCycles } from './clock.ts';
import { TIMER_LINE } from './tick.ts';
import { nextDeadline } from './timers.ts';

/** Instructions between two looks at least, and at most. */
const LOOK_MIN = 32;
const LOOK_MAX = 1 << 20;
/** Host time between looks when the clock is the host's: input and Ctrl-C are taken at this pace too. */
/** Instructions up to which the guess is trusted all the way. */
const TRUSTED = 4096;
const REAL_LOOK_NS = 4_000_000;
const DEFAULT_LOCKUP_SECONDS = 1;

/** Instructions that may run before the next look at the clock; at least 1. */
export function timerDue(kernel: Kernel): number {
  const { time } = kernel.state;
  const at = kernel.engine.instructions();
  if (time.nextLook <= at) time.nextLook = at + planLook(kernel, at);
  return time.nextLook - at;
}

/** Raises the timer interrupt if a tick or a timer is due, and watches that interrupts are taken at all. */
export function onRunReturn(kernel: Kernel): void {
  const { time } = kernel.state;
  const at = kernel.engine.instructions();
  if (at < time.nextLook && !isIdle(kernel)) return;
  time.nextLook = 0;
  const now = monotonicNs(kernel);
  if (time.pendingSince !== undefined) {
    checkLockup(kernel, kernel.engine.cycles() - time.pendingSince);
    return;
  }
  const deadline = nextDeadline(kernel);
  const idle = kernel.state.current === kernel.state.sched.idle;
  if ((!idle && now >= time.nextTick) || (deadline !== undefined && now >= deadline)) raiseTimer(kernel);
}

/** Requests the timer interrupt; it stays requested until it is taken. */
export function raiseTimer(kernel: Kernel): void {
  kernel.state.time.pendingSince = kernel.engine.cycles();
  kernel.engine.setInterrupt(TIMER_LINE, true);
}

function planLook(kernel: Kernel, at: number): number {
  const { time } = kernel.state;
  const now = monotonicNs(kernel);
  const clock = kernel.options.time === 'virtual' ? kernel.engine.cycles() : Number(now);
  const passed = at - time.lastInstructions;
  const ratio = passed > 0 ? (clock - time.lastClock) / passed : 1;
  time.lastInstructions = at;
  time.lastClock = clock;
  const left = untilEvent(kernel, now);
  if (kernel.options.time === 'real') return clampLook(Math.min(left, REAL_LOOK_NS) / Math.max(ratio, 0.1));
  const perInstruction = Math.min(64, Math.max(0.5, ratio));
  const guess = nsToCycles(left, kernel.options.clockHz) / perInstruction;
  return clampLook(guess > TRUSTED ? (guess * 7) / 8 : guess);
}

function clampLook(count: number): number {
  return Math.min(LOOK_MAX, Math.max(LOOK_MIN, Math.floor(count)));
}

/** Nanoseconds to the next tick or timer; while an interrupt waits to be taken, a tick's worth. */
function untilEvent(kernel: Kernel, now: bigint): number {
  const { time } = kernel.state;
  if (time.pendingSince !== undefined) return Number(time.tickNs);
  const deadline = nextDeadline(kernel);
  const next = deadline !== undefined && deadline < time.nextTick ? deadline : time.nextTick;
  return Math.max(0, Number(next - now));
}

/**
 * A timer interrupt that nobody takes: the program has disabled interrupts and does not come back. The
 * time is the guest's own, so that a host that was asleep is no lock-up.
 */
function checkLockup(kernel: Kernel, cycles: number): void {
  const seconds = kernel.options.lockupSeconds ?? DEFAULT_LOCKUP_SECONDS;
  if (cycles < seconds * kernel.options.clockHz) return;
  const task = kernel.state.current!;
  panic(kernel, `lock-up: interrupts disabled for ${seconds} s by ${task.comm} (pid ${task.group.pid})`);
}

/** Nothing can run: every task waits. */
export function isIdle(kernel: Kernel): boolean {
  const { state } = kernel;
  return state.current === state.sched.idle && state.runQueue.length === 0 && state.time.pendingSince === undefined;
}

/** Monotonic time up to which an idle machine may wait for the host; undefined: for ever. */
export function idleDeadline(kernel: Kernel): bigint | undefined {
  return nextDeadline(kernel);
}
