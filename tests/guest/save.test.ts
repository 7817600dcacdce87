import { monotonicNs } from '@kml/kernel';
import { type Machine, type MachineOptions, restoreMachine, type SavedMachine } from '@kml/machine';
import { expect, test } from 'vitest';
import { ARCHS, loadGuest, runGuest, TestConsole, type Way } from './harness.ts';

/** Pipes with data in them, sleepers, children, threads, shared memory, signals. */
const SCRIPT = 'sleep 1 | seq 700 | cat | wc; forks; sleep 1; seq 90 | cat | wc';
const OPTIONS: MachineOptions = { memory: 8 << 20, hz: 10_000 };
const POINTS = 3;

/** Both modes of every architecture. */
const PLACES = ARCHS.flatMap((arch) => [{ arch, mode: 'user' } as const, { arch, mode: 'kernel' } as const]);

/** Instruction counts all over a run, others for each seed. */
function pointsIn(instructions: number, seed: number): number[] {
  let state = seed;
  const points = Array.from({ length: POINTS }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 1 + Math.floor((state / 2 ** 32) * (instructions - 1));
  });
  return points.sort((a, b) => a - b);
}

/** As from a file: nothing of the machine that was saved is shared. */
function thawed({ header, parts }: SavedMachine): SavedMachine {
  return { header: JSON.parse(JSON.stringify(header)), parts: [...parts].map((part) => structuredClone(part)) };
}

function summary(machine: Machine) {
  const { instructions, cycles, kernelEntries, syscalls, pageFaults, ticks, contextSwitches } = machine.stats();
  const hash = machine.stateHash();
  return { instructions, cycles, kernelEntries, syscalls, pageFaults, ticks, contextSwitches, hash };
}

test.each(PLACES)('a restored machine ends as the undisturbed one: $arch in $mode mode', async (place) => {
  const way: Way = { ...place, engine: 'translator' };
  const whole = await runGuest(way, ['sh', '-c', SCRIPT], OPTIONS);
  expect(whole.output).toContain('700 700 2692\n');
  expect(whole.machine.stats().ticks).toBeGreaterThan(3);
  const screen = new TestConsole();
  const machine = loadGuest(way, ['sh', '-c', SCRIPT], screen, OPTIONS);
  const seed = PLACES.indexOf(place) + 1;
  for (const point of pointsIn(whole.machine.instructions, seed)) {
    expect(await machine.run({ maxInstructions: point })).toMatchObject({ limit: 'instructions' });
    const saved = thawed(machine.save('test'));
    expect(saved.header).toMatchObject({ arch: place.arch, instructions: point, time: 'virtual' });
    const rest = new TestConsole();
    const interpret = point % 2 === 0;
    const { machine: restored, warnings } = restoreMachine(saved, 'test', { console: rest, interpret, hotness: 10 });
    expect(warnings).toEqual([]);
    expect(restored.stateHash()).toBe(machine.stateHash());
    expect(await restored.run()).toEqual(whole.result);
    expect((screen.output + rest.output).replaceAll('\r', ''), `saved at ${point}`).toBe(whole.output);
    expect(summary(restored), `saved at ${point}`).toEqual(summary(whole.machine));
  }
  // Being saved does not disturb.
  await machine.run();
  expect(summary(machine)).toEqual(summary(whole.machine));
});

test('a restored machine can be saved again, and stands where the first did', async () => {
  const machine = loadGuest({ mode: 'user', engine: 'translator' }, ['sh', '-c', SCRIPT], new TestConsole(), OPTIONS);
  await machine.run({ maxInstructions: 50_000 });
  const { machine: second } = restoreMachine(thawed(machine.save('test')), 'test');
  await second.run({ maxInstructions: 60_000 });
  await machine.run({ maxInstructions: 60_000 });
  const [a, b] = [machine, second].map((one) => thawed(one.save('test')));
  expect({ ...b!.header }).toEqual({ ...a!.header });
  expect(second.stateHash()).toBe(machine.stateHash());
});

test('pages in swap come back, from the host’s swap and from memory to it', async () => {
  const options: MachineOptions = { memory: 6 << 20, swap: 32 << 20 };
  const way: Way = { mode: 'user', engine: 'translator' };
  const whole = await runGuest(way, ['touch', '10'], options);
  const store = (): { pages: Map<number, Uint8Array> } & Required<MachineOptions>['swapStore'] => {
    const pages = new Map<number, Uint8Array>();
    return {
      pages,
      write: (slot, bytes) => void pages.set(slot, bytes.slice()),
      read: (slot, into) => into.set(pages.get(slot)!),
    };
  };
  for (const from of [undefined, store()]) {
    for (const to of [undefined, store()]) {
      const screen = new TestConsole();
      const machine = loadGuest(way, ['touch', '10'], screen, { ...options, ...(from && { swapStore: from }) });
      await machine.run({ maxInstructions: Math.floor(whole.machine.instructions / 2) });
      expect(machine.stats().pagesOut).toBeGreaterThan(100);
      const rest = new TestConsole();
      const given = { console: rest, ...(to && { swapStore: to }) };
      const { machine: restored } = restoreMachine(thawed(machine.save('test')), 'test', given);
      expect((to?.pages.size ?? 1) > 0).toBe(true);
      expect(await restored.run()).toEqual(whole.result);
      expect(screen.output + rest.output).toBe(whole.output);
      expect(summary(restored)).toEqual(summary(whole.machine));
    }
  }
});

test('a terminal: what was typed and not read, the line being typed, the mode', async () => {
  const screen = new TestConsole({ tty: true, cues: [{ on: 'ready', type: 'one\ntw' }] });
  const argv = ['sh', '-c', 'echo ready; cat; echo end'];
  const machine = loadGuest({ mode: 'user', engine: 'interpreter' }, argv, screen, OPTIONS);
  await machine.run({ timeoutSeconds: 1 });
  const rest = new TestConsole({ tty: true, cues: [{ on: '', type: 'o\n\x04' }] });
  rest.write(1, new Uint8Array());
  const { machine: restored } = restoreMachine(thawed(machine.save('test')), 'test', { console: rest });
  expect(await restored.run({ timeoutSeconds: 20 })).toEqual({ kind: 'exit', status: 0 });
  expect(screen.output.replaceAll('\r', '')).toBe('ready\none\ntwone\n');
  expect(rest.output.replaceAll('\r', '')).toBe('o\ntwo\nend\n');
});

test('the other clock goes on at the same guest time', async () => {
  const way: Way = { mode: 'user', engine: 'interpreter' };
  const argv = ['sh', '-c', 'sleep 1; echo slept'];
  const point = Math.floor((await runGuest(way, argv, OPTIONS)).machine.instructions / 2);
  const begin = async (options: MachineOptions) => {
    const machine = loadGuest(way, argv, new TestConsole(), { ...OPTIONS, ...options });
    await machine.run({ pauseAt: point });
    return thawed(machine.save('test'));
  };
  for (const [from, to] of [
    ['virtual', 'real'],
    ['real', 'virtual'],
    ['real', 'real'],
  ] as const) {
    const screen = new TestConsole();
    const { machine } = restoreMachine(await begin({ time: from }), 'test', { console: screen, time: to });
    const before = monotonicNs(machine.kernel);
    expect(await machine.run({ timeoutSeconds: 20 }), `${from} to ${to}`).toEqual({ kind: 'exit', status: 0 });
    expect(screen.output).toBe('slept\n');
    // The sleep goes on from where it was: a second at most, and what the host adds.
    expect(Number(monotonicNs(machine.kernel) - before)).toBeLessThan(15e9);
  }
});

test('what cannot be restored is refused in one line', async () => {
  const machine = loadGuest({ mode: 'user', engine: 'interpreter' }, ['spin'], new TestConsole(), OPTIONS);
  await machine.run({ maxInstructions: 1000 });
  const saved = thawed(machine.save('test'));
  expect(() => restoreMachine(saved, 'other')).toThrow(/^the file was written by KML test .*; this is other /);
  const header = { ...saved.header, arch: 'vax' };
  expect(() => restoreMachine({ ...saved, header }, 'test')).toThrow(/^no architecture 'vax'/);
  const parts = [...saved.parts];
  expect(() => restoreMachine({ ...saved, parts: parts.slice(0, 1) }, 'test')).toThrow(/cannot be read: no state$/);
  const cut = parts.map((part) => (part.kind === 'state' ? { ...part, bytes: part.bytes.slice(0, 5000) } : part));
  expect(() => restoreMachine({ ...saved, parts: cut }, 'test')).toThrow(/^the saved machine's state cannot be read/);
  const directories = [{ name: 'root', origin: { kind: 'host', path: '/gone' }, readOnly: false } as const];
  expect(() => restoreMachine({ ...saved, header: { ...saved.header, directories } }, 'test')).toThrow(/\/gone$/);
});
