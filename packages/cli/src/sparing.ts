import { setFlagsFromString } from 'node:v8';

/** So long V8 compiles sparingly: most commands end within it, and the optimised code of a run of a second or two costs more than it gains. */
const SPARING_MILLISECONDS = 2000;

/** V8's own: bytes of code, roughly, that a function executes before TurboFan compiles it. Modules keep what held when they were made. */
const WASM_TIERING_BUDGET = 13_000_000;

/**
 * V8's efficiency mode raises its thresholds of optimisation. Afterwards the usual ones hold again,
 * so that long runs lose nothing. Figures: docs/performance.md.
 */
export function compileSparingly(): void {
  setFlagsFromString('--efficiency-mode');
  // The heap only grows in a short run: marking it finds nothing.
  setFlagsFromString('--no-incremental-marking');
  // Nor do functions in WebAssembly earn TurboFan so soon: python's start had 38 of them compiled, in 0.2 s.
  setFlagsFromString(`--wasm-tiering-budget=${8 * WASM_TIERING_BUDGET}`);
  setTimeout(() => {
    setFlagsFromString('--no-efficiency-mode');
    setFlagsFromString(`--wasm-tiering-budget=${WASM_TIERING_BUDGET}`);
    setFlagsFromString('--incremental-marking');
  }, SPARING_MILLISECONDS).unref();
}
