/**
 * Every x87, MMX, SSE and SSE2 row on random operands, against the processor this runs on: results,
 * status and condition codes, tags, MXCSR, EFLAGS, memory and traps.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Row } from '../../../../packages/arch-ia32/src/isa/decode/row.ts';
import { mmxRows } from '../../../../packages/arch-ia32/src/isa/tables/mmx.ts';
import { sseRows } from '../../../../packages/arch-ia32/src/isa/tables/sse.ts';
import { x87Rows } from '../../../../packages/arch-ia32/src/isa/tables/x87.ts';
import { differences, runNative, runOurs } from './compare.ts';
import { makeCase, Random } from './generate.ts';
import type { Case } from './record.ts';
import { tolerance } from './tolerance.ts';

const SEED = 20040917;
let directory = '';
let harness = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kml-fp-'));
  harness = join(directory, 'native-cases');
  const source = join(import.meta.dirname, 'native-cases.c');
  execFileSync('i686-linux-gnu-gcc', ['-O1', '-static', '-no-pie', '-fno-pic', '-o', harness, source]);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function check(rows: readonly Row[], perRow: number): void {
  const random = new Random(SEED);
  const cases: Case[] = [];
  const rowOf: Row[] = [];
  for (const row of rows) {
    for (let i = 0; i < perRow; i++) {
      cases.push(makeCase(row, random));
      rowOf.push(row);
    }
  }
  const native = runNative([harness], cases);
  const ours = runOurs(cases);
  const found = differences(cases, native, ours, (name, want, got, index) =>
    tolerance(rowOf[index]!, cases[index]!, name, want, got),
  );
  const text = found.slice(0, 5).map(({ index, text }) => `${rowOf[index]!.mnemonic}: ${text}`);
  expect(text.join('\n'), `${found.length} of ${cases.length} cases differ (seed ${SEED})`).toBe('');
}

describe('against native execution', () => {
  test(`x87, ${x87Rows.length} rows`, () => check(x87Rows, 150), 120_000);
  test(`MMX and SSE2 integers, ${mmxRows.length} rows`, () => check(mmxRows, 60), 120_000);
  test(`SSE and SSE2, ${sseRows.length} rows`, () => check(sseRows, 100), 120_000);
});
