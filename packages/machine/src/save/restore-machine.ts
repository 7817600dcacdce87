import { decodeGraph } from '@kml/core';
import { type HostDirectory, resumeKernel, untouchedFrames } from '@kml/kernel';
import { createMachine, type Machine } from '../machine.ts';
import { MachineError } from '../machine-error.ts';
import { type MemoryFile, memoryDirectory } from '../memory-directory.ts';
import type { MachineOptions } from '../options.ts';
import type { ArchRegistry } from '../plugin.ts';
import { putFrames } from './frame-parts.ts';
import { decodeState } from './machine-state.ts';
import { SAVE_FORMAT, type SavedMachine, type SavedPart, type SaveHeader } from './saved-machine.ts';
import { putSwapPages } from './swap-parts.ts';

/** What a restored machine gets from its host; all else is as it was saved. */
export interface RestoreOptions
  extends Pick<
    MachineOptions,
    | 'console'
    | 'log'
    | 'clock'
    | 'entropy'
    | 'swapStore'
    | 'network'
    | 'codeStore'
    | 'interpret'
    | 'without'
    | 'hotness'
    | 'profileEvery'
    | 'strace'
    | 'time'
    | 'onBlock'
    | 'onMemoryAccess'
    | 'onTrap'
    | 'onSyscall'
  > {
  /** The host directories that the machine had (SavedDirectory of kind 'host'), by their names: 'root', or where they are mounted. */
  readonly directories?: ReadonlyMap<string, HostDirectory>;
}

/** A machine that goes on where a saved one stood. */
export interface RestoredMachine {
  readonly machine: Machine;
  /** Lines about host files that are not what they were. */
  readonly warnings: readonly string[];
}

/**
 * Makes a machine of a saved one.
 * @param version of this KML; another one's file is refused
 * @throws MachineError for a file of another version or architecture, for one whose state cannot be read, and where a
 * host directory or file it needs is gone
 */
export function restoreMachine(
  saved: SavedMachine,
  version: string,
  options: RestoreOptions = {},
  registry?: ArchRegistry,
): RestoredMachine {
  const { header } = saved;
  checkVersion(header, version);
  const parts = saved.parts[Symbol.iterator]();
  const directories = openDirectories(header, take(parts, 'directories'), options);
  const machine = createMachine(machineOptions(header, directories, options), registry);
  try {
    return { machine, warnings: fill(machine, header, parts) };
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) throw unreadable(error);
    throw error;
  }
}

function checkVersion({ format, version: theirs }: SaveHeader, version: string): void {
  if (format !== SAVE_FORMAT || theirs !== version)
    throw new MachineError(
      `the file was written by KML ${theirs} (format ${format}); this is ${version} (format ${SAVE_FORMAT})`,
    );
}

function unreadable(error: Error): MachineError {
  return new MachineError(`the saved machine's state cannot be read: ${error.message}`);
}

function take(parts: Iterator<SavedPart>, kind: SavedPart['kind']): Uint8Array {
  const next = parts.next();
  if (next.done || next.value.kind !== kind) throw unreadable(new Error(`no ${kind}`));
  return next.value.bytes;
}

function openDirectories(header: SaveHeader, bytes: Uint8Array, options: RestoreOptions): Map<string, HostDirectory> {
  const memory = decodeGraph(bytes, new Map()).root as Record<string, Record<string, MemoryFile>>;
  return new Map(
    header.directories.map(({ name, origin }) => {
      if (origin.kind === 'memory') return [name, memoryDirectory(memory[name] ?? {})];
      const directory = options.directories?.get(name);
      if (!directory) throw new MachineError(`the saved machine needs the host's directory ${origin.path}`);
      return [name, directory];
    }),
  );
}

function machineOptions(
  header: SaveHeader,
  directories: ReadonlyMap<string, HostDirectory>,
  options: RestoreOptions,
): MachineOptions {
  const { arch, cpu, memory, hz, kernelMode, recognise, rewrite, writeRoot, lockupSeconds, noVdso } = header;
  const root = directories.get('root');
  const mounts = header.directories.filter(({ name }) => name !== 'root');
  return {
    ...{ arch, cpu, memory, hz, kernelMode, recognise, rewrite, writeRoot, time: header.time },
    ...(lockupSeconds !== undefined && { lockupSeconds }),
    ...(noVdso && { noVdso }),
    ...(root && { root }),
    mounts: mounts.map(({ name, readOnly }) => ({ host: directories.get(name)!, guest: name, readOnly })),
    ...options,
  };
}

function fill(machine: Machine, header: SaveHeader, parts: Iterator<SavedPart>): string[] {
  const { kernel, engine } = machine;
  const { memory } = kernel;
  // What the fresh machine has of its own: the kernel's text and data. All other frames are zero, and stay untouched.
  memory.u8.fill(0, memory.frameBase, memory.frameAddress(untouchedFrames(kernel)));
  const warnings = decodeState(take(parts, 'state'), kernel, engine);
  for (let next = parts.next(); !next.done; next = parts.next()) {
    const { kind, bytes } = next.value;
    if (kind === 'frames') putFrames(memory, bytes);
    else if (kind === 'swap') putSwapPages(kernel, bytes);
  }
  resumeKernel(kernel, header.time);
  machine.adopt(header.codeName);
  return warnings;
}
