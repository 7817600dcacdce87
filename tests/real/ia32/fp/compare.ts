/** Runs cases natively and here, and says where they differ. */
import { spawnSync } from 'node:child_process';
import { runOurs } from './machine.ts';
import { Case, RECORD_BYTES } from './record.ts';

/** Runs the cases with the native harness (or an emulator before it). */
export function runNative(command: readonly string[], cases: readonly Case[]): Case[] {
  const input = Buffer.concat(cases.map((item) => item.bytes));
  const run = spawnSync(command[0]!, command.slice(1), { input, maxBuffer: 1 << 30, timeout: 120_000 });
  if (run.stdout.length !== input.length) {
    throw new Error(`the harness ran ${run.stdout.length / RECORD_BYTES} of ${cases.length} cases: ${run.stderr}`);
  }
  return cases.map((_, n) => new Case(new Uint8Array(run.stdout.subarray(n * RECORD_BYTES, (n + 1) * RECORD_BYTES))));
}

const hex = (value: number, digits: number) => (value >>> 0).toString(16).padStart(digits, '0');

function st(item: Case, i: number): string {
  const fx = item.fx;
  const at = 32 + i * 16;
  return `${hex(fx.getUint16(at + 8, true), 4)}:${hex(fx.getInt32(at + 4, true), 8)}${hex(fx.getInt32(at, true), 8)}`;
}

function xmm(item: Case, i: number): string {
  return [3, 2, 1, 0].map((w) => hex(item.fx.getInt32(160 + i * 16 + w * 4, true), 8)).join('_');
}

/** Every observable of a case, by name. */
export function observe(item: Case): Map<string, string> {
  const map = new Map<string, string>();
  map.set('trap', String(item.trap));
  map.set('eflags', hex(item.eflags & 0x8d5, 3));
  for (let n = 0; n < 8; n++) if (n !== 4) map.set(`r${n}`, hex(item.reg(n), 8));
  map.set('cw', hex(item.fx.getUint16(0, true), 4));
  map.set('sw', hex(item.fx.getUint16(2, true), 4));
  map.set('tags', hex(item.fx.getUint8(4), 2));
  map.set('mxcsr', hex(item.fx.getInt32(24, true), 4));
  for (let i = 0; i < 8; i++) map.set(`st${i}`, st(item, i));
  for (let i = 0; i < 8; i++) map.set(`xmm${i}`, xmm(item, i));
  map.set('mem', [...item.memory].map((byte) => hex(byte, 2)).join(''));
  return map;
}

export interface Difference {
  readonly index: number;
  readonly names: readonly string[];
  readonly text: string;
}

/** Differences of two outcomes; `ignore` says which are none. */
export function differences(
  cases: readonly Case[],
  expected: readonly Case[],
  actual: readonly Case[],
  ignore: (name: string, expected: string, actual: string, index: number) => boolean,
): Difference[] {
  const found: Difference[] = [];
  cases.forEach((item, index) => {
    const want = observe(expected[index]!);
    const got = observe(actual[index]!);
    const names = [...want.keys()].filter(
      (name) => want.get(name) !== got.get(name) && !ignore(name, want.get(name)!, got.get(name)!, index),
    );
    if (names.length === 0) return;
    const before = observe(item);
    const lines = names.map(
      (name) => `  ${name}: was ${before.get(name)} native ${want.get(name)} ours ${got.get(name)}`,
    );
    found.push({ index, names, text: `${[...item.code].map((byte) => hex(byte, 2)).join(' ')}\n${lines.join('\n')}` });
  });
  return found;
}

export { runOurs };
