import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createMachine,
  findUnsaveable,
  type HostConsole,
  type Machine,
  type MachineOptions,
  memoryDirectory,
  type RunResult,
  restoreMachine,
  type SavedMachine,
  standardRegistry,
} from '@kml/machine';
import { afterAll, describe, expect, test } from 'vitest';
import { compileStatic } from '../syscalls/compile.ts';
import { guestPrograms } from '../syscalls/guest-programs.ts';

const ARCHES = standardRegistry().plugins.map(({ name }) => name);
const directory = mkdtempSync(join(tmpdir(), 'kml-save-programs-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Whatever is different on another run can be repeated with the seed that the test's name shows. */
const SEED = Number(process.env.KML_SEED ?? 1);

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

interface Case {
  readonly arch: string;
  readonly kernelMode: boolean;
  readonly bytes: Uint8Array;
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

function start({ arch, kernelMode, bytes }: Case, console: HostConsole): Machine {
  const root = memoryDirectory({ '/bin/program': bytes, '/tmp/': bytes, '/etc/': bytes });
  const options: MachineOptions = { arch, kernelMode, root, time: 'virtual', memory: 32 << 20 };
  const machine = createMachine({ ...options, console, entropy: entropy() });
  machine.load({ path: '/bin/program', argv: ['program'], cwd: '/' });
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

/** Runs a program undisturbed, and from saves at so many points all over it: all must end alike. */
async function savedAlong(program: Case, points: number): Promise<void> {
  const screen = openScreen();
  const whole = start(program, screen);
  const expected = summary(whole, await whole.run({ timeoutSeconds: 100 }), screen.output);
  expect(expected.result).toEqual({ kind: 'exit', status: 0 });
  let state = SEED;
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
    const given = { console: after, entropy: entropy(), interpret: point % 4 === 0 };
    const { machine: restored, warnings } = restoreMachine(thawed(machine.save('test')), 'test', given);
    expect(warnings).toEqual([]);
    const result = await restored.run({ timeoutSeconds: 100 });
    expect(summary(restored, result, before.output + after.output), `saved at ${point}`).toEqual(expected);
    expect(restored.audit().faults).toEqual([]);
  }
}

async function compiled(source: string, arch: string): Promise<Uint8Array> {
  const program = join(directory, arch);
  await compileStatic(source, arch, program);
  return readFileSync(program);
}

/** Every kind of file open, and every kind of wait, on every architecture. */
describe.each(['files', 'waits'])(`%s, seed ${SEED}`, (name) => {
  test.each(ARCHES)('on %s, in both modes', async (arch) => {
    const bytes = await compiled(join(import.meta.dirname, `${name}.c`), arch);
    await savedAlong({ arch, kernelMode: false, bytes }, 4);
    await savedAlong({ arch, kernelMode: true, bytes }, 4);
  });
});

/** The programs that test system calls, those of others too: what they leave in the kernel's state can be saved. */
describe(`programs of the system-call suite, seed ${SEED}`, () => {
  const cases = guestPrograms().map((program, index) => {
    const arches = ARCHES.filter((arch) => program.only?.includes(arch) ?? true);
    const arch = arches[index % arches.length]!;
    return { name: program.name, source: program.source, arch, mode: index % 2 === 0 ? 'user' : 'kernel' };
  });

  test.each(cases)('$name on $arch in $mode mode', async ({ source, arch, mode }) => {
    await savedAlong({ arch, kernelMode: mode === 'kernel', bytes: await compiled(source, arch) }, 3);
  });
});
