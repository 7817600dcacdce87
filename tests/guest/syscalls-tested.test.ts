import { syscallRows } from '@kml/kernel';
import { standardRegistry } from '@kml/machine';
import { expect, test } from 'vitest';
import { guestPrograms, programsByCall } from '../real/syscalls/guest-programs.ts';

const { abi } = standardRegistry().plugins.find(({ name }) => name === 'ia32')!;
const tested = programsByCall();

/** The calls of IA-32 that are full or partial. */
function working(): string[] {
  const rows = syscallRows(abi);
  const works = (number: number) => ['full', 'partial'].includes(rows[number]?.status.level ?? 'none');
  return [...abi.syscallNumbers].filter(([number]) => works(number)).map(([, name]) => name);
}

test('every system call of IA-32 that works is tested by a guest program', () => {
  expect(working().length).toBeGreaterThanOrEqual(330);
  const untested = working().filter((name) => !tested.has(name));
  expect(untested).toEqual([]);
});

test('guest programs name calls that there are, and each names some', () => {
  const names = new Set(abi.syscallNumbers.values());
  expect([...tested.keys()].filter((name) => !names.has(name))).toEqual([]);
  expect(guestPrograms().filter(({ calls }) => calls.length === 0)).toEqual([]);
});
