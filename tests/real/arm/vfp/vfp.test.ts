import { vfpRows } from '@kml/arch-arm/isa/testing';
import { randomSuite } from '../../random/suite.ts';
import { QEMU, SUBJECT, type TestRow, testRow } from '../random/common.ts';
import { comparisonSequence, vfpCase, vfpSequence } from './cases.ts';

randomSuite<TestRow>({
  ...SUBJECT,
  oracles: [QEMU],
  rows: vfpRows.map(testRow),
  skip: ({ row }) => row.test?.skip,
  makeCase: ({ row }, random) => vfpCase(row, random),
  casesPerRow: 90,
  sequences: 5000,
  makeSequence: (random) => (random.chance(25) ? comparisonSequence(random) : vfpSequence(random)),
  minimum: 20_000,
});
