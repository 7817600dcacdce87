import { setFlagsFromString } from 'node:v8';

/** So long V8 compiles sparingly: most commands end within it, and the optimised code of a run of a second or two costs more than it gains. */
const SPARING_MILLISECONDS = 2000;

/** After so many entries into the kernel its code is worth optimising: what a shell script makes in two seconds or more. */
const HOT_ENTRIES = 60_000;
const WATCH_MILLISECONDS = 20;

/** V8's own: bytes of code, roughly, that a function executes before TurboFan compiles it. Modules keep what held when they were made. */
const WASM_TIERING_BUDGET = 13_000_000;

/** Flags of V8 while it compiles sparingly, and afterwards. */
const SPARING = [
  '--efficiency-mode',
  // Nor do functions in WebAssembly earn TurboFan so soon: python's start had 38 of them compiled, in 0.2 s.
  `--wasm-tiering-budget=${8 * WASM_TIERING_BUDGET}`,
];
const USUAL = ['--no-efficiency-mode', `--wasm-tiering-budget=${WASM_TIERING_BUDGET}`];
/** In a short run, however busy, the heap only grows: marking it finds nothing. */
const UNMARKED = '--no-incremental-marking';
const MARKED = '--incremental-marking';

let isSparing = false;
let isMarking = true;

/**
 * V8's efficiency mode raises its thresholds of optimisation. Afterwards the usual ones hold again,
 * so that long runs lose nothing. Figures: docs/performance.md.
 */
export function compileSparingly(): void {
  setFlags([...SPARING, UNMARKED]);
  isSparing = true;
  isMarking = false;
  setTimeout(() => {
    setFlags([MARKED]);
    isMarking = true;
    compileFreely();
  }, SPARING_MILLISECONDS).unref();
}

/** V8's own thresholds again. */
function compileFreely(): void {
  if (!isSparing) return;
  setFlags(USUAL);
  isSparing = false;
}

/**
 * Ends the sparing of compileSparingly as soon as programs have entered the kernel often: its code is hot then, however
 * short the run has been. `entries` tells how often they have.
 */
export function watchKernelEntries(entries: () => number): void {
  const timer = setInterval(() => {
    if (isSparing && entries() < HOT_ENTRIES) return;
    clearInterval(timer);
    compileFreely();
  }, WATCH_MILLISECONDS).unref();
}

/** Does something under the flags of sparing compilation: V8 takes machine code only under the flags it was made under. */
export function underSparingFlags<T>(what: () => T): T {
  if (isSparing) return what();
  setFlags([...SPARING, UNMARKED]);
  try {
    return what();
  } finally {
    setFlags([...USUAL, isMarking ? MARKED : UNMARKED]);
  }
}

function setFlags(flags: readonly string[]): void {
  for (const flag of flags) setFlagsFromString(flag);
}
