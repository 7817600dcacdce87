import { decodeGraph, type Engine, type EngineState, encodeGraph, type MmuState, walkObjects } from '@kml/core';
import { directoriesOf, type Kernel, outsideNames, restoreKernel, type SavedKernel, saveKernel } from '@kml/kernel';
import { MachineError } from '../machine-error.ts';

/** The root of what is saved, memory and host directories apart. */
interface MachineState {
  kernel: SavedKernel;
  mmu: MmuState;
  engine: EngineState;
  cpu: Uint8Array;
}

/** @throws UnsaveableError */
export function encodeState(kernel: Kernel, engine: Engine): Uint8Array {
  const outside = outsideNames(kernel);
  const { buffer } = kernel.memory.memory;
  const cpu = new Uint8Array(kernel.cpu.layout.size);
  kernel.cpu.saveState(cpu);
  const state: MachineState = {
    kernel: saveKernel(kernel, walkObjects(kernel.state, outside, buffer).objects.keys()),
    mmu: kernel.mmu.state(),
    engine: engine.state(),
    cpu,
  };
  return encodeGraph(state, outside, buffer);
}

/**
 * Puts saved state in the place of a fresh machine's. Memory comes afterwards.
 * @returns lines about host files that have changed
 * @throws MachineError where a host file in use is gone
 */
export function decodeState(bytes: Uint8Array, kernel: Kernel, engine: Engine): string[] {
  const { root, objects } = decodeGraph(bytes, directoriesOf(kernel));
  const state = root as MachineState;
  kernel.mmu.restore(state.mmu);
  kernel.cpu.loadState(state.cpu);
  engine.restore(state.engine);
  const changes = restoreKernel(kernel, state.kernel, objects);
  const gone = changes.filter(({ change }) => change === 'gone').map(({ path }) => path);
  if (gone.length > 0) {
    const others = gone.length > 1 ? ` (and ${gone.length - 1} more)` : '';
    throw new MachineError(`the saved machine uses the host's file ${gone[0]}, which is gone${others}`);
  }
  return changes.map(({ path }) => `the host's file ${path} has changed since the machine was saved`);
}
