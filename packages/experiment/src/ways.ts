import { createMachine, type HostConsole, memoryDirectory } from '@kml/machine';

/**
 * A way into the kernel, as the guest program `ways` names it.
 * - `trap`: the trap instruction
 * - `recognised`: the same instruction where the machine takes it as the direct call, in kernel mode
 * - `rewritten`: the same instruction where the kernel has put a direct call in its place, in kernel mode
 * - `fast`: what AT_SYSINFO names in user mode (IA-32: sysenter)
 * - `direct`: what AT_SYSINFO names in kernel mode: the call gate into kernel text
 * - `function`: a plain call of the function that sys_call_table has, in kernel mode
 */
export type Way = 'trap' | 'recognised' | 'rewritten' | 'fast' | 'direct' | 'function';

/** What the experiments ask of their surroundings. */
export interface ExperimentHost {
  /** A committed guest program. Throws where it is missing. */
  guestProgram(arch: string, name: string): Uint8Array;
  /** Said before a machine is run. */
  progress?(what: string): void;
  /** Never translate. */
  readonly interpret?: boolean;
}

/** A machine to measure on, and what is measured there. */
export interface Measurement {
  readonly arch: string;
  readonly cpu: string;
  readonly mode: 'user' | 'kernel';
  /** getpid, getppid, gettimeofday, read or write. */
  readonly call: string;
  /** Iterations of a loop between two calls; 0 where absent. */
  readonly busy?: number;
  /** What becomes of trap instructions, in kernel mode; default: they trap. */
  readonly traps?: 'recognised' | 'rewritten';
  /** Calls in a round; 400 where absent. */
  readonly calls?: number;
}

export interface WayCosts {
  /** Cycles that a call takes by each way that is open, loop and counter taken out. */
  readonly calls: ReadonlyMap<Way, number>;
  /** Cycles of the loop round it, with nothing in the call's place. */
  readonly loop: number;
}

/** Calls in a round; a round is far shorter than a timer tick, and long enough for counters that step by several cycles. */
const CALLS = 400;
const MEMORY = 16 << 20;
const TIMEOUT_SECONDS = 120;
const WAYS: ReadonlySet<string> = new Set(['trap', 'fast', 'direct', 'function'] satisfies Way[]);

/** Runs the guest program `ways` on a machine of its own, in virtual time, and takes its figures. Throws Error if it does not end well. */
export async function measureWays(host: ExperimentHost, asked: Measurement): Promise<WayCosts> {
  const { arch, cpu, mode, call, busy = 0, traps, calls = CALLS } = asked;
  host.progress?.(`${arch} ${cpu}: ${call}, ${mode} mode${busy > 0 ? `, ${busy} busy iterations` : ''}`);
  const path = mode === 'kernel' ? '/trusted/bin/ways' : '/bin/ways';
  const screen = new Screen();
  const machine = createMachine({
    arch,
    cpu,
    root: memoryDirectory({ [path]: host.guestProgram(arch, 'ways') }),
    memory: MEMORY,
    time: 'virtual',
    recognise: traps === 'recognised',
    rewrite: traps === 'rewritten',
    interpret: host.interpret ?? false,
    console: screen,
  });
  machine.load({ path, argv: ['ways', call, `${calls}`, `${busy}`] });
  const result = await machine.run({ timeoutSeconds: TIMEOUT_SECONDS });
  if (result.status !== 0) throw new Error(`${path} ${call} on ${arch} ended with status ${result.status}`);
  const costs = parseWays(screen.text);
  return traps === undefined ? costs : { ...costs, calls: renamed(costs.calls, traps) };
}

/** The trap instruction's figure alone, as the way that it goes. */
function renamed(calls: WayCosts['calls'], traps: Way): WayCosts['calls'] {
  return new Map([[traps, calls.get('trap')!]]);
}

/** The output of `ways`: a line for each way, with its calls and their cycles, and one for the loop alone. */
export function parseWays(text: string): WayCosts {
  const cycles = new Map<string, number>();
  for (const line of text.split(/\r?\n/).filter((line) => line !== '')) {
    const [, name, calls, sum] = /^(\w+) (\d+) (\d+)$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`ways printed '${line}'`);
    cycles.set(name, Number(sum) / Number(calls));
  }
  const loop = cycles.get('loop');
  if (loop === undefined) throw new Error('ways did not measure its loop');
  const calls = new Map<Way, number>();
  for (const [name, value] of cycles) if (WAYS.has(name)) calls.set(name as Way, value - loop);
  return { calls, loop };
}

/** A console that keeps what is printed. */
class Screen implements HostConsole {
  text = '';
  isTty(): boolean {
    return false;
  }
  size(): { rows: number; columns: number } {
    return { rows: 24, columns: 80 };
  }
  write(_fd: 1 | 2, bytes: Uint8Array): number {
    this.text += new TextDecoder().decode(bytes);
    return 0;
  }
  read(): null {
    return null;
  }
  setRaw(): void {}
}
