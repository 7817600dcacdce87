import { CLOCK_ADDRESS } from '../memory/memory-map.ts';
import { RECORD } from './block-record.ts';
import { RUN } from './loop-abi.ts';

/**
 * What stands for the interpreter's loop (loop-abi.ts) where there is no WebAssembly: it does none of a
 * block's operations, and leaves every terminal to the engine.
 */
export function emptyLoop(memory: ArrayBuffer): (block: number, limit: number) => number {
  const words = new Int32Array(memory);
  return (block, limit) => {
    if (limit !== 0) return RUN.look;
    return words[(block + RECORD.count) >> 2]! > words[CLOCK_ADDRESS >> 2]! ? RUN.short : RUN.terminal;
  };
}
