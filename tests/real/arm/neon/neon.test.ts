import { neonRows } from '@kml/arch-arm/isa/testing';
import { randomSuite } from '../../random/suite.ts';
import { QEMU, SUBJECT, type TestRow, testRow } from '../random/common.ts';
import { neonCase, neonSequence } from './cases.ts';

randomSuite<TestRow>({
  ...SUBJECT,
  oracles: [QEMU],
  rows: neonRows.map(testRow),
  skip: ({ row }) => row.test?.skip,
  makeCase: ({ row }, random) => neonCase(row, random),
  casesPerRow: 40,
  sequences: 5000,
  makeSequence: (random) => neonSequence(random),
  minimum: 20_000,
});
