import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  createMachine,
  findUnsaveable,
  type HostConsole,
  type Machine,
  type MachineOptions,
  type MemoryFile,
  memoryDirectory,
  type RunLimits,
  type RunResult,
  standardRegistry,
} from '@kml/machine';
import { expect } from 'vitest';

const GUESTS = fileURLToPath(new URL('../../guest/bin/', import.meta.url));
const PROGRAMS = [
  'box',
  'calls',
  'crowd',
  'deep',
  'divide',
  'entries',
  'entrystops',
  'foreground',
  'forks',
  'handlers',
  'ids',
  'kernelmem',
  'nullwrite',
  'privilege',
  'recognise',
  'restart',
  'ring0',
  'share',
  'spin',
  'starve',
  'startup',
  'touch',
  'traps',
  'trust',
  'undefined',
  'ways',
  'sieve',
  'fib',
  'interp',
];
const TOOLS = ['sh', 'echo', 'cat', 'seq', 'wc', 'sleep', 'true', 'mode'];

/** The registered architectures: what holds for all ISAs is tested on each. */
export const ARCHS: readonly string[] = standardRegistry().plugins.map((plugin) => plugin.name);

/** Where the committed guest programs of an architecture lie. */
export const guestDirectory = (arch = 'ia32'): string => `${GUESTS}${arch}/`;

/** A committed guest program. */
export function guestProgram(name: string, arch = 'ia32'): Uint8Array {
  return readFileSync(`${guestDirectory(arch)}${name}`);
}

/** The committed guest programs of an architecture, in /bin and in /trusted/bin. */
export function guestRoot(arch = 'ia32', extra: Record<string, MemoryFile> = {}) {
  const files: Record<string, MemoryFile> = { '/tmp/': new Uint8Array(), '/etc/': new Uint8Array(), ...extra };
  for (const directory of ['/bin', '/trusted/bin']) {
    for (const name of PROGRAMS) files[`${directory}/${name}`] = guestProgram(name, arch);
    for (const name of TOOLS) files[`${directory}/${name}`] = { link: 'box' };
  }
  return memoryDirectory(files);
}

/** A console that keeps what is printed and types answers when their cue was printed. */
export class TestConsole implements HostConsole {
  output = '';
  errors = '';
  private readonly typed: Uint8Array[] = [];
  private readonly cues: { on: string; type: string }[];
  private readonly tty: boolean;

  constructor(options: { tty?: boolean; stdin?: string; cues?: { on: string; type: string }[] } = {}) {
    this.tty = options.tty ?? false;
    this.cues = [...(options.cues ?? [])];
    if (options.stdin) this.typed.push(new TextEncoder().encode(options.stdin));
  }
  isTty(): boolean {
    return this.tty;
  }
  size(): { rows: number; columns: number } {
    return { rows: 24, columns: 80 };
  }
  write(fd: 1 | 2, bytes: Uint8Array): number {
    const text = new TextDecoder('latin1').decode(bytes);
    if (fd === 1) this.output += text;
    else this.errors += text;
    while (this.cues.length > 0 && this.output.includes(this.cues[0]!.on)) {
      this.typed.push(new TextEncoder().encode(this.cues.shift()!.type));
    }
    return 0;
  }
  read(): Uint8Array | undefined | null {
    return this.typed.shift() ?? (this.tty ? undefined : null);
  }
  setRaw(): void {}
}

/** A way to run a guest program. */
export interface Way {
  /** IA-32 where absent. */
  readonly arch?: string;
  readonly mode: 'user' | 'kernel';
  readonly engine: 'interpreter' | 'translator';
}

/** The four ways a guest program is run in tests, on every architecture. */
export const WAYS: readonly Required<Way>[] = ARCHS.flatMap((arch) => [
  { arch, mode: 'user', engine: 'interpreter' } as const,
  { arch, mode: 'user', engine: 'translator' } as const,
  { arch, mode: 'kernel', engine: 'interpreter' } as const,
  { arch, mode: 'kernel', engine: 'translator' } as const,
]);

/** What `mode` says. */
export const KERNEL_LEVEL = 'kernel mode, privilege level 0\n';
export const USER_LEVEL = 'user mode, privilege level 3\n';

/** The watchdog's words of kernelmem, after 5 ms. */
export const LOCK_UP = /^lock-up: interrupts disabled for 0.005 s by kernelmem \(pid \d+\)$/;

/** Architectures whose traps push a frame on the stack in use. */
export const PUSHES_FRAMES: ReadonlySet<string> = new Set(['ia32']);

/** Cycles in one step of the counter that a program reads: the time-stamp counter, PMCCNTR, Count, the time base. */
const COUNTER_STEP: Readonly<Record<string, number>> = { mips: 2, mipsel: 2, ppc: 4 };

/** Steps of the program's counter in a timer tick, at least. */
export function stepsOfATick(arch: string, hz: number): number {
  const { clockHz } = standardRegistry().find(arch)!.isa.cpuModels[0]!;
  return Math.ceil(clockHz / hz / (COUNTER_STEP[arch] ?? 1));
}

export interface GuestRun {
  readonly result: RunResult;
  readonly output: string;
  readonly machine: Machine;
}

/** Makes a machine for a way and loads a program of the guest root; virtual time, 64 MiB. */
export function loadGuest(
  way: Way,
  argv: readonly string[],
  screen: TestConsole,
  options: MachineOptions = {},
): Machine {
  const machine = createMachine({
    arch: way.arch ?? 'ia32',
    root: guestRoot(way.arch),
    memory: 64 << 20,
    time: 'virtual',
    interpret: way.engine === 'interpreter',
    hotness: 10,
    console: screen,
    ...options,
  });
  const directory = way.mode === 'kernel' ? '/trusted/bin' : '/bin';
  machine.load({ path: `${directory}/${argv[0]}`, argv, env: { PATH: directory } });
  return machine;
}

/** Runs a program of the guest root to its end. */
export async function runGuest(
  way: Way,
  argv: readonly string[],
  options: MachineOptions & { screen?: TestConsole; limits?: RunLimits } = {},
): Promise<GuestRun> {
  const { screen = new TestConsole(), limits, ...rest } = options;
  const machine = loadGuest(way, argv, screen, rest);
  const result = await machine.run({ timeoutSeconds: 50, ...limits });
  // However a program ends, the kernel's books balance.
  if (result.kind !== 'panic') expect(machine.audit().faults).toEqual([]);
  expect(findUnsaveable(machine.kernel), 'machine state is plain data, so that it can be saved').toEqual([]);
  return { result, output: screen.output.replaceAll('\r', ''), machine };
}
