import { openDirectory } from '@kml/host-node';
import { createMachine, type HostConsole, type MachineOptions, type MemoryFile, memoryDirectory } from '@kml/machine';
import type { CrossTarget } from './targets.ts';

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

export interface GuestCommand {
  /** Guest path of the program, then its arguments. */
  readonly argv: readonly string[];
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A console that is no terminal: what comes in is given, what goes out is kept, byte for byte. */
class PipeConsole implements HostConsole {
  readonly written = { 1: [] as Uint8Array[], 2: [] as Uint8Array[] };
  private input: Uint8Array | null;

  constructor(stdin: string) {
    this.input = stdin === '' ? null : Buffer.from(stdin, 'latin1');
  }
  isTty(): boolean {
    return false;
  }
  size(): { rows: number; columns: number } {
    return { rows: 24, columns: 80 };
  }
  write(fd: 1 | 2, bytes: Uint8Array): number {
    this.written[fd].push(bytes.slice());
    return 0;
  }
  read(): Uint8Array | null {
    const { input } = this;
    this.input = null;
    return input;
  }
  setRaw(): void {}
}

const text = (pieces: readonly Uint8Array[]): string => Buffer.concat(pieces).toString('latin1');

/** Runs a program in a guest whose root is a host directory. */
export async function runInRoot(
  target: CrossTarget,
  root: string,
  command: GuestCommand,
  options: MachineOptions = {},
): Promise<Outcome> {
  return runGuest(target, { root: openDirectory(root), ...options }, command);
}

/** Runs a program in a guest that has these files and an empty /tmp. */
export async function runWithFiles(
  target: CrossTarget,
  files: Readonly<Record<string, MemoryFile>>,
  command: GuestCommand,
  options: MachineOptions = {},
): Promise<Outcome> {
  return runGuest(target, { root: memoryDirectory({ '/tmp/': new Uint8Array(), ...files }), ...options }, command);
}

async function runGuest(target: CrossTarget, options: MachineOptions, command: GuestCommand): Promise<Outcome> {
  const screen = new PipeConsole(command.stdin ?? '');
  const machine = createMachine({ arch: target.arch, time: 'virtual', console: screen, ...options });
  machine.load({ path: command.argv[0]!, argv: command.argv, env: command.env ?? { PATH: '/bin:/usr/bin' } });
  const result = await machine.run({ timeoutSeconds: 280 });
  return { stdout: text(screen.written[1]), stderr: text(screen.written[2]), status: result.status };
}
