import type { Row } from '../decode/row.ts';
import { neonRows } from '../neon/tables/index.ts';
import { vfpRows } from '../vfp/tables/index.ts';
import { a32Control } from './a32-control.ts';
import { a32Data } from './a32-data.ts';
import { a32Media } from './a32-media.ts';
import { a32Memory } from './a32-memory.ts';
import { t16 } from './t16.ts';
import { t32Control } from './t32-control.ts';
import { t32Data } from './t32-data.ts';
import { t32Media } from './t32-media.ts';
import { t32Memory } from './t32-memory.ts';

/** Every encoding this CPU has. */
export const rows: readonly Row[] = [
  ...[...a32Data, ...a32Media, ...a32Memory, ...a32Control],
  ...[...t16, ...t32Data, ...t32Media, ...t32Memory, ...t32Control],
  ...[...vfpRows, ...neonRows],
];
