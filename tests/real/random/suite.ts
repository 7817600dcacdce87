import { type InstructionRow, type IsaBackend, wasmTranslatorWith } from '@kml/core';
import { afterAll, expect, test } from 'vitest';
import { describeCase, difference } from './compare.ts';
import { BATCH, type RandomCase, type RandomResult, STRIDE } from './layout.ts';
import { Oracle, type OracleOptions } from './oracle.ts';
import { Random } from './prng.ts';
import { Subject, type SubjectOptions } from './subject.ts';

/** KML_SEED repeats a run, or starts another; KML_ROWS (a regular expression) narrows it to some mnemonics. */
const SEED = Number(process.env.KML_SEED ?? 20_240_601);
const ROWS = process.env.KML_ROWS === undefined ? undefined : new RegExp(`^(?:${process.env.KML_ROWS})$`);
const SHOWN = 40;
/** Tries for one case before a row's needs count as impossible. */
const TRIES = 200;

/** What an ISA supplies for random tests of its instructions. */
export interface RandomAdaptor<Row extends InstructionRow> extends SubjectOptions {
  readonly oracles: readonly OracleOptions[];
  /** The rows of the decode tables. */
  readonly rows: readonly Row[];
  /** Why a row is not generated (a privileged instruction, a system call); undefined where it is. */
  skip(row: Row): string | undefined;
  /** A case of a row; undefined rejects the draft, and another one is made. */
  makeCase(row: Row, random: Random): RandomCase | undefined;
  /** Several instructions that use each other's results. */
  makeSequence?(random: Random): RandomCase;
  /** Cases of each row (KML_CASES_PER_ROW overrides), and sequences. */
  readonly casesPerRow: number;
  readonly sequences: number;
  /** At least so many cases there must be. */
  readonly minimum: number;
  /** What an oracle is known to do otherwise: such cases are not compared with it. */
  ignore?(one: RandomCase, oracle: string, ours: RandomResult): boolean;
  /** Every so-many-th case is also translated; 4 where absent (translating costs more than interpreting). */
  readonly translatedEvery?: number;
}

/** Declares the tests: every case ends as under each oracle, and translated as interpreted. */
export function randomSuite<Row extends InstructionRow>(adaptor: RandomAdaptor<Row>): void {
  const { fields, stop, isa } = adaptor;
  const oracles = adaptor.oracles.map((options) => new Oracle(options));
  afterAll(() => {
    for (const oracle of oracles) oracle.dispose();
  });

  const cases = makeCases(adaptor);
  const interpreter = new Subject(adaptor);
  const { mode } = interpreter.machine.cpu;
  const results = interpreter.run(cases);

  const report = (one: RandomCase, text: string): string =>
    `${describeCase(fields, one, disassembly(isa, mode, one))}\n    ${text}`;

  test('there are cases of every row', () => {
    if (ROWS === undefined) expect(cases.length).toBeGreaterThanOrEqual(adaptor.minimum);
    expect(cases.every((one) => one.code.length <= STRIDE)).toBe(true);
  });

  for (const oracle of oracles) {
    test(`every case ends as under ${oracle.name}`, () => {
      const expected = oracle.run(cases, stop, isa.byteOrder);
      const found = cases.flatMap((one, n) => {
        if (adaptor.ignore?.(one, oracle.name, results[n]!)) return [];
        const text = difference(fields, one, expected[n]!, results[n]!);
        return text === undefined ? [] : [report(one, text)];
      });
      expect(shown(found)).toBe('');
    });
  }

  test('translated code does what interpreted code does', () => {
    const some = (_: unknown, n: number): boolean => n % (adaptor.translatedEvery ?? 4) === 0;
    const chosen = cases.filter(some);
    // Anew: they lie at other addresses now.
    const interpreted = new Subject(adaptor).run(chosen);
    const translated: RandomResult[] = [];
    let [instructions, interpretedInstructions] = [0, 0];
    for (let first = 0; first < chosen.length; first += BATCH) {
      // A machine for each batch: the translator keeps off pages that are rewritten again and again.
      const subject = new Subject(adaptor, { hotness: 1, translator: wasmTranslatorWith({ batch: 64, maxWait: 64 }) });
      translated.push(...subject.run(chosen.slice(first, first + BATCH), 3));
      const { counters } = subject.machine.engine;
      instructions += counters.instructions;
      interpretedInstructions += counters.interpretedInstructions;
    }
    const found = chosen.flatMap((one, n) => {
      const text = difference(fields, one, interpreted[n]!, translated[n]!);
      return text === undefined ? [] : [report(one, text)];
    });
    expect(shown(found)).toBe('');
    if (ROWS === undefined) expect(instructions - interpretedInstructions).toBeGreaterThan(instructions / 10);
  });
}

function shown(found: readonly string[]): string {
  if (found.length === 0) return '';
  return [`${found.length} disagreements`, ...found.slice(0, SHOWN)].join('\n');
}

function makeCases<Row extends InstructionRow>(adaptor: RandomAdaptor<Row>): RandomCase[] {
  const perRow = Number(process.env.KML_CASES_PER_ROW ?? adaptor.casesPerRow);
  const rows = adaptor.rows.filter((row) => adaptor.skip(row) === undefined && (ROWS?.test(row.mnemonic) ?? true));
  const cases = rows.flatMap((row) => casesOf(adaptor, row, perRow, new Random(SEED + seedOf(row))));
  const random = new Random(SEED);
  const sequences = ROWS === undefined && adaptor.makeSequence ? adaptor.sequences : 0;
  for (let n = 0; n < sequences; n++) cases.push(adaptor.makeSequence!(random));
  console.log(`random ${adaptor.isa.name} instructions: seed ${SEED}, ${rows.length} rows, ${cases.length} cases`);
  return cases;
}

/** A row's seed is its own, whatever other rows there are. */
function seedOf(row: InstructionRow): number {
  let hash = 0;
  for (const character of `${row.mnemonic} ${row.encoding}`) hash = Math.imul(hash, 31) + character.charCodeAt(0);
  return hash | 0;
}

function casesOf<Row extends InstructionRow>(
  adaptor: RandomAdaptor<Row>,
  row: Row,
  count: number,
  random: Random,
): RandomCase[] {
  const cases: RandomCase[] = [];
  for (let tries = 0; cases.length < count; tries++) {
    if (tries > count * TRIES) throw new RangeError(`no cases can be made of ${row.mnemonic} (${row.encoding})`);
    const one = adaptor.makeCase(row, random);
    if (one) cases.push(one);
  }
  return cases;
}

/** The case's code as our own disassembler has it. */
function disassembly(isa: IsaBackend, mode: number, one: RandomCase): string {
  const reader = { byte: (at: number) => one.code[at & 0xffff] ?? -1 };
  const texts: string[] = [];
  for (let at = 0; at < one.code.length; ) {
    const found = isa.disassemble(reader, at + (one.pcBits ?? 0), mode);
    if (!found) break;
    texts.push(found.text);
    at += found.length;
  }
  return texts.join('; ');
}
