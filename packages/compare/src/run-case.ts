import { createMachine, type HostConsole, type RunResult } from '@kml/machine';
import type { Case } from './case.ts';
import type { EntryPath, Measures } from './comparison.ts';
import { measuresOf } from './measures.ts';
import type { ComparisonPorts, OutputHash } from './ports.ts';

/** Of a program's output, kept for the reason of a failure. */
const LAST_OUTPUT_BYTES = 400;

/** Ways that begin with the program's trap instruction: it is told of no other. */
const TRAP_INSTRUCTIONS: readonly EntryPath[] = ['trap', 'recognised', 'rewritten'];

/** What holds for every run. */
export interface RunSettings {
  readonly time: 'virtual' | 'real';
  readonly hostTime: boolean;
  /** Host seconds after which a run is given up. */
  readonly timeoutSeconds: number;
  /** Guest memory in bytes. */
  readonly memory: number;
  /** Count instructions by class. */
  readonly mix: boolean;
}

/** One run of a case. */
export interface Sample {
  readonly measures: Measures;
  readonly result: RunResult;
  readonly outputSha256: string;
  /** The last line that it printed. */
  readonly lastLine: string;
}

/** A console without input that hashes what is printed. */
class HashingConsole implements HostConsole {
  private readonly hash: OutputHash;
  private last = new Uint8Array();

  constructor(hash: OutputHash) {
    this.hash = hash;
  }
  isTty(): boolean {
    return false;
  }
  size(): { rows: number; columns: number } {
    return { rows: 24, columns: 80 };
  }
  write(_fd: 1 | 2, bytes: Uint8Array): number {
    this.hash.update(bytes);
    const both = new Uint8Array([...this.last, ...bytes.subarray(-LAST_OUTPUT_BYTES)]);
    this.last = both.slice(-LAST_OUTPUT_BYTES);
    return 0;
  }
  read(): null {
    return null;
  }
  setRaw(): void {}
  lastLine(): string {
    return new TextDecoder().decode(this.last).trimEnd().split('\n').at(-1)!;
  }
}

/** Runs n units of a case on a machine of its own. @throws MachineError where the program cannot be started. */
export async function runCase(it: Case, n: number, settings: RunSettings, ports: ComparisonPorts): Promise<Sample> {
  const hash = ports.sha256();
  const screen = new HashingConsole(hash);
  const start = it.start(n);
  const machine = createMachine({
    arch: it.plugin.name,
    cpu: it.cpu.name,
    root: start.root,
    time: settings.time,
    memory: settings.memory,
    kernelMode: start.kernelMode,
    noVdso: TRAP_INSTRUCTIONS.includes(it.entry),
    recognise: it.entry === 'recognised' || it.entry === 'own',
    rewrite: it.entry === 'rewritten',
    mix: settings.mix,
    console: screen,
    entropy: ports.entropy(),
  });
  const began = ports.now();
  machine.load(start);
  const result = await machine.run({ timeoutSeconds: settings.timeoutSeconds });
  const seconds = (ports.now() - began) / 1000;
  const hostSeconds = settings.hostTime || settings.time === 'real' ? seconds : undefined;
  return {
    measures: measuresOf(machine.stats(), it.cpu.clockHz, hostSeconds),
    result,
    outputSha256: hash.digest(),
    lastLine: screen.lastLine(),
  };
}
