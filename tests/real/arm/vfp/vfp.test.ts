import { vfpRows } from '@kml/arch-arm/isa/testing';
import { randomSuite } from '../../random/suite.ts';
import { QEMU, SUBJECT, type TestRow, testRow } from '../random/common.ts';
import { vfpCase } from './cases.ts';

randomSuite<TestRow>({
  ...SUBJECT,
  oracles: [QEMU],
  rows: vfpRows.map(testRow),
  skip: ({ row }) => row.test?.skip,
  makeCase: ({ row }, random) => vfpCase(row, random),
  casesPerRow: 90,
  sequences: 0,
  minimum: 20_000,
});
