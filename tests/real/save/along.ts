import {
  createMachine,
  findUnsaveable,
  type HostConsole,
  type HostDirectory,
  type Machine,
  type MachineOptions,
  type ProgramOptions,
  type RunResult,
  restoreMachine,
  type SavedMachine,
} from '@kml/machine';
import { expect } from 'vitest';

/** Where the machines are saved depends on it; the tests' names show it. */
export const SEED = Number(process.env.KML_SEED ?? 1);

/** A program to be saved along its way. */
export interface Case {
  readonly options: MachineOptions;
  readonly program: ProgramOptions;
  /** Where its root is on the host; undefined for one in memory. */
  readonly root?: HostDirectory;
  /** What it prints, at least. */
  readonly prints?: RegExp;
}

/** The console of a run, as what was printed on it. */
function openScreen(): HostConsole & { output: string } {
  return {
    output: '',
    isTty: () => false,
    size: () => ({ rows: 24, columns: 80 }),
    write(_fd, bytes) {
      this.output += Buffer.from(bytes).toString('latin1');
      return 0;
    },
    read: () => null,
    setRaw() {},
  };
}

/** A deterministic source of which a machine can say where it stands. */
function entropy(): Required<MachineOptions>['entropy'] {
  let state = 1;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  };
  return {
    fill: (into) => void into.forEach((_, at) => void (into[at] = next())),
    position: () => state,
    seek: (position) => void (state = position),
  };
}

function start({ options, program }: Case, console: HostConsole): Machine {
  const machine = createMachine({ time: 'virtual', ...options, console, entropy: entropy() });
  machine.load(program);
  return machine;
}

const thawed = ({ header, parts }: SavedMachine): SavedMachine => ({
  header: JSON.parse(JSON.stringify(header)),
  parts: [...parts].map((part) => structuredClone(part)),
});

const summary = (machine: Machine, result: RunResult, output: string) => {
  const { instructions, cycles, syscalls, pageFaults, ticks, contextSwitches } = machine.stats();
  return {
    result,
    output,
    instructions,
    cycles,
    syscalls,
    pageFaults,
    ticks,
    contextSwitches,
    hash: machine.stateHash(),
  };
};

/** Runs a program undisturbed (that machine is the answer), and from saves at so many points all over it: all must end alike. */
export async function savedAlong(program: Case, points: number, seed = SEED): Promise<Machine> {
  const screen = openScreen();
  const whole = start(program, screen);
  const expected = summary(whole, await whole.run({ timeoutSeconds: 100 }), screen.output);
  expect(expected.result).toEqual({ kind: 'exit', status: 0 });
  if (program.prints) expect(expected.output).toMatch(program.prints);
  // The generator's first numbers for seeds that lie close together do so too.
  let state = Math.imul(seed, 0x9e3779b1);
  const at = Array.from({ length: points }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 1 + Math.floor((state / 2 ** 32) * (expected.instructions - 1));
  }).sort((a, b) => a - b);
  const before = openScreen();
  const machine = start(program, before);
  for (const point of at) {
    await machine.run({ pauseAt: point });
    expect(findUnsaveable(machine.kernel)).toEqual([]);
    const after = openScreen();
    const directories = new Map(program.root ? [['root', program.root]] : []);
    const given = { directories, console: after, entropy: entropy(), interpret: point % 4 === 0 };
    const { machine: restored, warnings } = restoreMachine(thawed(machine.save('test')), 'test', given);
    expect(warnings).toEqual([]);
    const result = await restored.run({ timeoutSeconds: 100 });
    expect(summary(restored, result, before.output + after.output), `saved at ${point}`).toEqual(expected);
    expect(restored.audit().faults).toEqual([]);
  }
  return whole;
}
