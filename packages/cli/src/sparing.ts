import { setFlagsFromString } from 'node:v8';

/** So long V8 compiles sparingly: most commands end within it, and the optimised code of a run of a second or two costs more than it gains. */
const SPARING_MILLISECONDS = 2000;

/**
 * V8's efficiency mode raises its thresholds of optimisation. Afterwards the usual ones hold again,
 * so that long runs lose nothing. Figures: docs/performance.md.
 */
export function compileSparingly(): void {
  setFlagsFromString('--efficiency-mode');
  // The heap only grows in a short run: marking it finds nothing.
  setFlagsFromString('--no-incremental-marking');
  setTimeout(() => {
    setFlagsFromString('--no-efficiency-mode');
    setFlagsFromString('--incremental-marking');
  }, SPARING_MILLISECONDS).unref();
}
