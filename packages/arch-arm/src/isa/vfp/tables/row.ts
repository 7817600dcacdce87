/** Rows of singles and doubles at once. */
import { bothSets, type Row, type RowOptions } from '../../decode/row.ts';
import { asDouble, asSingle } from '../../decode/vector-registers.ts';
import type { HandlerPair } from '../arithmetic.ts';

/** Rows of singles and doubles: `sz` is the encoding's size bit, `F` the syntax's type. */
export function bothSizes(
  mnemonic: string,
  section: string,
  encoding: string,
  syntax: string,
  cost: string | { readonly f32: string; readonly f64: string },
  handlers: HandlerPair,
  more?: RowOptions,
): Row[] {
  const costOf = (size: 'f32' | 'f64') => (typeof cost === 'string' ? cost : cost[size]);
  return [
    ...bothSets(
      mnemonic,
      section,
      asSingle(encoding).replace('sz', '0'),
      asSingle(syntax).replace('{F}', 'f32'),
      costOf('f32'),
      handlers.f32,
      more,
    ),
    ...bothSets(
      mnemonic,
      section,
      asDouble(encoding).replace('sz', '1'),
      asDouble(syntax).replace('{F}', 'f64'),
      costOf('f64'),
      handlers.f64,
      more,
    ),
  ];
}
