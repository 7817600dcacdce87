import { type RandomCase, type RandomResult, SCRATCH } from './layout.ts';
import type { StateField } from './state.ts';

const hex = (value: number): string => (value >>> 0).toString(16);

/** What differs between two results of a case, as text; undefined if nothing that counts. */
export function difference(
  fields: readonly StateField[],
  one: RandomCase,
  from: RandomResult,
  to: RandomResult,
): string | undefined {
  const expected = copy(from);
  const actual = copy(to);
  one.adjust?.(expected, actual);
  if (expected.signal === 'loop' && actual.signal === 'loop') return undefined;
  const found: string[] = [];
  if (expected.signal !== actual.signal) found.push(`ends with ${actual.signal} not ${expected.signal}`);
  if (expected.pc !== actual.pc) found.push(`pc ${hex(actual.pc)} not ${hex(expected.pc)}`);
  if (expected.address !== actual.address) found.push(`address ${hex(actual.address)} not ${hex(expected.address)}`);
  let at = 0;
  for (const field of fields) {
    const range = { start: at, end: (at += field.words) };
    const text = fieldDifference(one, range, expected.state, actual.state);
    if (text) found.push(`${field.name} ${text}`);
  }
  const byte = expected.scratch.findIndex((value, i) => value !== actual.scratch[i]);
  if (byte >= 0) {
    found.push(`byte ${hex(SCRATCH + byte)} ${hex(actual.scratch[byte]!)} not ${hex(expected.scratch[byte]!)}`);
  }
  return found.length === 0 ? undefined : found.join('; ');
}

function copy(result: RandomResult): RandomResult {
  return { ...result, state: [...result.state], scratch: result.scratch.slice() };
}

function fieldDifference(
  one: RandomCase,
  { start, end }: { start: number; end: number },
  expected: readonly number[],
  actual: readonly number[],
): string | undefined {
  let differs = false;
  for (let i = start; i < end; i++) differs ||= ((expected[i]! ^ actual[i]!) & (one.masks?.[i] ?? -1)) !== 0;
  return differs ? `${words(actual, start, end)} not ${words(expected, start, end)}` : undefined;
}

/** Words as one number, the high one first. */
function words(state: readonly number[], start: number, end: number): string {
  const parts = state.slice(start, end).map(hex).reverse();
  return parts.map((part, n) => (n === 0 ? part : part.padStart(8, '0'))).join('_');
}

/** The case as text, to be found and run again. */
export function describeCase(fields: readonly StateField[], one: RandomCase, disassembly: string): string {
  const bytes = one.code.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  let at = 0;
  const registers = fields.map((field) => `${field.name}=${words(one.state, at, (at += field.words))}`).join(' ');
  return `${one.name}: ${bytes} (${disassembly}) | ${registers}`;
}
