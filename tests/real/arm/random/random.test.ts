import { neonRows, rows, vfpRows } from '@kml/arch-arm/isa/testing';
import { randomSuite } from '../../random/suite.ts';
import { integerCase, skipReason } from './cases.ts';
import { QEMU, SUBJECT, type TestRow, testRow } from './common.ts';
import { sequenceCase } from './sequences.ts';

const floating = new Set([...vfpRows, ...neonRows]);

randomSuite<TestRow>({
  ...SUBJECT,
  oracles: [QEMU],
  rows: rows.filter((row) => !floating.has(row)).map(testRow),
  skip: ({ row }) => skipReason(row),
  makeCase: ({ row }, random) => integerCase(row, random),
  casesPerRow: 100,
  makeSequence: sequenceCase,
  sequences: 6000,
  minimum: 40_000,
});
