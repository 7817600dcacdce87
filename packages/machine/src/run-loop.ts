import type { Engine } from '@kml/core';
import {
  idleDeadline,
  isIdle,
  type Kernel,
  monotonicNs,
  onRunReturn,
  panic,
  pollConsole,
  pollNetwork,
  timerDue,
} from '@kml/kernel';
import type { RunLimits, RunResult } from './options.ts';
import type { Profiler } from './profile/profiler.ts';

/** Host time between two turns given to the host's event loop. */
const YIELD_MS = 10;
/** Instructions of the first piece; later ones are sized by how long the last took. */
const FIRST_PIECE = 100_000;
const MAX_PIECE = 20_000_000;
/** Where the clock is the host's, and nothing else says where to stop, a piece may be so much longer, to end where a block does. */
const SLACK = 64;
/** An idle machine that waits for nothing the host knows of looks round this often. */
const IDLE_LOOK_MS = 500;

/** Wakes a machine that waits for the host. */
export class Doorbell {
  /** The run is to come back as soon as the machine stands. */
  pauseRequested = false;
  private ring: (() => void) | undefined;
  private rung = false;

  /** To be called when something has arrived. */
  wake(): void {
    this.rung = true;
    this.ring?.();
  }

  /** Resolves when woken, or after so many milliseconds. */
  wait(milliseconds: number): Promise<void> {
    if (this.rung) milliseconds = 0;
    this.rung = false;
    return new Promise((resolve) => {
      const timer = setTimeout(done, milliseconds);
      this.ring = done;
      const bell = this;
      function done(): void {
        clearTimeout(timer);
        bell.ring = undefined;
        resolve();
      }
    });
  }
}

/** How a run has ended, if it has. */
export function ending(kernel: Kernel): RunResult | undefined {
  const { panic, initStatus } = kernel.state;
  if (panic !== undefined) return { kind: 'panic', message: panic, status: 125 };
  if (initStatus === undefined) return undefined;
  const signal = initStatus & 0x7f;
  return signal === 0
    ? { kind: 'exit', status: (initStatus >> 8) & 0xff }
    : { kind: 'signal', signal, status: 128 + signal };
}

/** Runs the machine until the first program has ended, a limit is reached or the kernel panics. */
export async function runToEnd(
  kernel: Kernel,
  engine: Engine,
  bell: Doorbell,
  limits: RunLimits,
  profiler?: Profiler,
): Promise<RunResult> {
  const deadline = performance.now() + (limits.timeoutSeconds ?? Number.POSITIVE_INFINITY) * 1000;
  const last = limits.maxInstructions ?? Number.POSITIVE_INFINITY;
  const pause = limits.pauseAt ?? Number.POSITIVE_INFINITY;
  const wholeBlocks = kernel.options.time === 'real' && engine.optimisations.wholeBlocks;
  let piece = FIRST_PIECE;
  let yielded = performance.now();
  for (;;) {
    const at = engine.instructions();
    if (at >= last) return { kind: 'limit', limit: 'instructions', status: 124 };
    if (at >= pause || bell.pauseRequested) {
      bell.pauseRequested = false;
      return { kind: 'paused', status: 124 };
    }
    const left = Math.min(last, pause) - at;
    const began = performance.now();
    const budget = Math.min(timerDue(kernel), piece, left, profiler?.due ?? piece);
    const roundly = wholeBlocks && !profiler && budget + SLACK <= left;
    if (engine.run(budget, roundly ? SLACK : 0) === 'shutdown') return shutdown(kernel, engine);
    if (profiler && profiler.due <= 0) profiler.sample();
    onRunReturn(kernel);
    pollHost(kernel);
    const end = ending(kernel);
    if (end) return end;
    const now = performance.now();
    if (now >= deadline) return { kind: 'limit', limit: 'timeout', status: 124 };
    // A piece is to last about half a turn, whatever runs.
    if (budget === piece)
      piece = Math.min(MAX_PIECE, Math.max(1000, (piece * YIELD_MS) / 2 / Math.max(0.05, now - began))) | 0;
    if (isIdle(kernel) && waitsForHost(kernel)) {
      const wait = bell.wait(Math.min(idleWait(kernel), deadline - now));
      await (profiler?.waiting(wait) ?? wait);
      pollHost(kernel);
      onRunReturn(kernel);
      yielded = performance.now();
    } else if (now - yielded >= YIELD_MS) {
      await new Promise(setImmediate);
      yielded = performance.now();
    }
  }
}

/** Idle virtual time is skipped, not waited for: only where no timer will ever end it is the host asked. */
function waitsForHost(kernel: Kernel): boolean {
  return kernel.options.time === 'real' || idleDeadline(kernel) === undefined;
}

/** Takes what the host has for the machine. */
function pollHost(kernel: Kernel): void {
  pollConsole(kernel);
  pollNetwork(kernel);
}

/** Milliseconds that an idle machine may wait. */
function idleWait(kernel: Kernel): number {
  const until = idleDeadline(kernel);
  if (until === undefined) return IDLE_LOOK_MS;
  return Math.min(IDLE_LOOK_MS, Math.max(0, Number(until - monotonicNs(kernel)) / 1e6));
}

/** The CPU cannot go on: the kernel's panic report, on the guest's console. */
function shutdown(kernel: Kernel, engine: Engine): RunResult {
  panic(kernel, `the CPU stopped: ${engine.shutdownReason ?? 'no reason given'}`);
  return { kind: 'panic', message: kernel.state.panic!, status: 125 };
}

/** Executes exactly so many instructions (fewer where the machine only waits, ends or stops); answers a stop of the CPU. */
export function stepBy(kernel: Kernel, engine: Engine, instructions: number): RunResult | undefined {
  const last = engine.instructions() + instructions;
  while (engine.instructions() < last && !ending(kernel)) {
    if (engine.run(Math.min(timerDue(kernel), last - engine.instructions())) === 'shutdown')
      return shutdown(kernel, engine);
    onRunReturn(kernel);
    pollHost(kernel);
    if (isIdle(kernel) && idleDeadline(kernel) === undefined) return undefined;
  }
  return undefined;
}
