import type { RandomCase, RandomResult } from './layout.ts';
import { SCRATCH } from './layout.ts';

const NAMES = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'];
const hex = (value: number): string => (value >>> 0).toString(16);

/** What differs between two results of a case, as text; undefined if nothing that counts. */
export function difference(test: RandomCase, expected: RandomResult, actual: RandomResult): string | undefined {
  const found: string[] = [];
  if (expected.vector !== actual.vector) found.push(`vector ${actual.vector} not ${expected.vector}`);
  else if (expected.vector >= 0) {
    if (expected.eip !== actual.eip) found.push(`eip ${hex(actual.eip)} not ${hex(expected.eip)}`);
    if (expected.error !== actual.error) found.push(`error ${hex(actual.error)} not ${hex(expected.error)}`);
  }
  for (let n = 0; n < 8; n++) {
    if (expected.registers[n] !== actual.registers[n]) {
      found.push(`${NAMES[n]} ${hex(actual.registers[n]!)} not ${hex(expected.registers[n]!)}`);
    }
  }
  const flags = (expected.eflags ^ actual.eflags) & test.flagsMask;
  if (flags)
    found.push(`eflags ${hex(actual.eflags & 0xcd5)} not ${hex(expected.eflags & 0xcd5)}, differing ${hex(flags)}`);
  for (let i = 0; i < expected.scratch.length; i++) {
    if (expected.scratch[i] !== actual.scratch[i]) {
      found.push(`byte ${hex(SCRATCH + i)} ${hex(actual.scratch[i]!)} not ${hex(expected.scratch[i]!)}`);
      break;
    }
  }
  if (expected.vector < 0 && actual.vector < 0 && expected.fx && actual.fx) {
    const complaint = test.compareFx ? test.compareFx(expected.fx, actual.fx) : firstDifference(expected.fx, actual.fx);
    if (complaint) found.push(complaint);
  }
  return found.length === 0 ? undefined : found.join('; ');
}

/** FXSAVE images up to the reserved part (bytes 288 on are not state of a 32-bit program). */
function firstDifference(expected: Uint8Array, actual: Uint8Array): string | undefined {
  for (let i = 0; i < 288; i++) {
    if (expected[i] !== actual[i]) return `fxsave byte ${i} ${hex(actual[i]!)} not ${hex(expected[i]!)}`;
  }
  return undefined;
}

/** The case as text, to be found and run again. */
export function describeCase(test: RandomCase): string {
  const bytes = test.bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const registers = test.registers.map((value, n) => `${NAMES[n]}=${hex(value)}`).join(' ');
  return `${test.name}: ${bytes} | ${registers} eflags=${hex(test.eflags)}`;
}
