import type { Row } from '../../decode/row.ts';
import { arithmeticRows } from './arithmetic.ts';
import { conversionRows } from './convert.ts';
import { memoryRows } from './memory.ts';
import { transferRows } from './transfer.ts';

/** VFP: every encoding, A32 and T32. ARM ARM DDI0406C A7.5 to A7.9. */
export const vfpRows: readonly Row[] = [...arithmeticRows, ...conversionRows, ...transferRows, ...memoryRows];
