import { neonRows } from '@kml/arch-arm/isa/testing';
import { randomSuite } from '../../random/suite.ts';
import { QEMU, SUBJECT, type TestRow, testRow } from '../random/common.ts';
import { neonCase } from './cases.ts';

randomSuite<TestRow>({
  ...SUBJECT,
  oracles: [QEMU],
  rows: neonRows.map(testRow),
  skip: ({ row }) => row.test?.skip,
  makeCase: ({ row }, random) => neonCase(row, random),
  casesPerRow: 40,
  sequences: 0,
  minimum: 20_000,
});
