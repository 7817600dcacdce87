import { type CpuModel, type Engine, encodeGraph, PAGE_SIZE } from '@kml/core';
import { directoriesOf, drainConsole, type Kernel, monotonicNs, untouchedFrames } from '@kml/kernel';
import type { ArchPlugin } from '../plugin.ts';
import { frameParts, usedFrames } from './frame-parts.ts';
import { encodeState } from './machine-state.ts';
import {
  SAVE_FORMAT,
  type SavedDirectory,
  type SavedMachine,
  type SavedPart,
  type SavedTask,
  type SaveHeader,
} from './saved-machine.ts';
import { countSwapPages, swapParts } from './swap-parts.ts';

/** A machine that stands, and what it is called by. */
export interface StandingMachine {
  readonly arch: ArchPlugin;
  readonly model: CpuModel;
  readonly kernel: Kernel;
  readonly engine: Engine;
  readonly codeName: string;
}

/** Saves a machine that stands between two runs. The parts are to be gone through before it runs on. */
export function saveMachine(machine: StandingMachine, version: string): SavedMachine {
  const { kernel, engine } = machine;
  drainConsole(kernel);
  const state = encodeState(kernel, engine);
  const used = usedFrames(kernel.memory, untouchedFrames(kernel));
  return { header: headerOf(machine, version, used.length), parts: partsOf(kernel, state, used) };
}

function* partsOf(kernel: Kernel, state: Uint8Array, used: Int32Array): Generator<SavedPart> {
  yield { kind: 'directories', bytes: encodeGraph(memoryFiles(kernel), new Map()) };
  yield { kind: 'state', bytes: state };
  yield* swapParts(kernel);
  yield* frameParts(kernel.memory, used);
}

/** Content of the directories that live in memory, by their names. */
function memoryFiles(kernel: Kernel): Record<string, unknown> {
  return Object.fromEntries(
    [...directoriesOf(kernel)].flatMap(([name, { files }]) => (files ? [[name, plain(files)]] : [])),
  );
}

/** File contents may be views of a host's own kind. */
function plain(files: Readonly<Record<string, Uint8Array | { readonly link: string }>>): Record<string, unknown> {
  const copies = new Map<Uint8Array, Uint8Array>();
  const copyOf = (bytes: Uint8Array): Uint8Array => {
    const copy = copies.get(bytes) ?? new Uint8Array(bytes);
    copies.set(bytes, copy);
    return copy;
  };
  const entries = Object.entries(files);
  return Object.fromEntries(
    entries.map(([path, file]) => [path, file instanceof Uint8Array ? copyOf(file) : { ...file }]),
  );
}

function headerOf(machine: StandingMachine, version: string, frames: number): SaveHeader {
  const { arch, model, kernel, engine, codeName } = machine;
  const { options, memory } = kernel;
  return {
    format: SAVE_FORMAT,
    version,
    arch: arch.name,
    cpu: model.name,
    memory: memory.frameCount * PAGE_SIZE,
    time: options.time,
    hz: options.hz,
    lockupSeconds: options.lockupSeconds,
    kernelMode: options.allKernelMode,
    recognise: options.recognise,
    rewrite: options.rewrite ?? false,
    ...(options.noVdso && { noVdso: true }),
    writeRoot: options.writeRoot,
    directories: savedDirectories(kernel),
    instructions: engine.instructions(),
    cycles: engine.cycles(),
    guestSeconds: Number(monotonicNs(kernel)) / 1e9,
    frames,
    swapPages: countSwapPages(kernel),
    tasks: savedTasks(kernel),
    codeName,
  };
}

function savedDirectories({ options }: Pick<Kernel, 'options'>): SavedDirectory[] {
  const readOnly = new Map(options.mounts.map((mount) => [mount.guest, mount.readOnly]));
  return [...directoriesOf({ options })].map(([name, { files, description }]) => ({
    name,
    origin: files ? { kind: 'memory' } : { kind: 'host', path: description },
    readOnly: readOnly.get(name) ?? false,
  }));
}

/** Tasks of programs: not the idle task, nor what stands for init. */
function savedTasks({ state }: Kernel): SavedTask[] {
  return [...state.tasks.values()]
    .filter((task) => task.tid > 1)
    .map(({ tid, group, comm, state: doing, kernelMode }) => ({
      tid,
      pid: group.pid,
      parent: group.parent?.pid ?? 0,
      comm,
      state: doing,
      kernelMode,
    }));
}
