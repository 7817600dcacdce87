import { openDirectory } from '@kml/host-node';
import { createMachine, type MachineOptions, type MemoryFile, memoryDirectory } from '@kml/machine';
import { TestConsole } from '../../guest/harness.ts';
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
  const screen = new TestConsole({ ...(command.stdin !== undefined && { stdin: command.stdin }) });
  const machine = createMachine({ arch: target.arch, time: 'virtual', console: screen, ...options });
  machine.load({ path: command.argv[0]!, argv: command.argv, env: command.env ?? { PATH: '/bin:/usr/bin' } });
  const result = await machine.run({ timeoutSeconds: 120 });
  return { stdout: screen.output, stderr: screen.errors, status: result.status };
}
