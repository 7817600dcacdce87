import { existsSync } from 'node:fs';
import { openDirectory } from '@kml/host-node';
import { createMachine, emptyLoop, standardRegistry } from '@kml/machine';

const MIB = 2 ** 20;
/** More than the rehearsal takes. */
const MOST_INSTRUCTIONS = 30_000;
/** With one architecture alone as many as with all: what got hot keeps its code, and no run shows that it is called. */
const REHEARSALS = 5;
const SCRIPT = 'echo a | cat; seq 20 | wc; mode; true';

/**
 * Runs a guest program of each architecture, interpreted, in the process that makes the start-up
 * snapshot, so that the functions of a run are compiled in it and the decoders' tables are there.
 * Node has no WebAssembly while it makes a snapshot: an array stands for the memory, and the interpreter's
 * loop does no operation of a block, but leaves its terminal to the engine, which the guest's shell survives.
 */
export function rehearse(): void {
  const real = globalThis.WebAssembly;
  Object.assign(globalThis, { WebAssembly: { Memory, Table, Module: class {}, Instance, validate: () => true } });
  const { plugins } = standardRegistry();
  for (let times = 0; times < REHEARSALS; times += plugins.length) {
    for (const { name } of plugins) rehearseOn(name);
  }
  if (real) Object.assign(globalThis, { WebAssembly: real });
  else delete (globalThis as { WebAssembly?: object }).WebAssembly;
}

function rehearseOn(arch: string): void {
  const guests = `../guest/bin/${arch}`;
  if (!existsSync(`${guests}/box`)) return;
  const root = openDirectory(guests);
  const machine = createMachine({ arch, root, time: 'virtual', memory: 16 * MIB, interpret: true });
  machine.load({ path: '/box', argv: ['box', 'sh', SCRIPT] });
  machine.step(MOST_INSTRUCTIONS);
}

class Memory {
  readonly buffer: ArrayBuffer;
  constructor({ initial }: { initial: number }) {
    this.buffer = new ArrayBuffer(initial * 65536);
  }
}

class Table {
  get(): void {}
  set(): void {}
}

class Instance {
  readonly exports: object;
  constructor(_module: unknown, imports: { readonly m?: { readonly m: Memory } }) {
    // With a memory it is the interpreter's loop.
    if (imports.m) this.exports = { loop: emptyLoop(imports.m.m.buffer) };
    else this.exports = new Proxy({}, { get: () => () => 0 });
  }
}
