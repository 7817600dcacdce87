import { type Row, row } from '../decode/row.ts';
import { bsf, bsr, bt, btc, btr, bts } from '../lift/bit.ts';

/** SDM vol. 2, BT, BTC, BTR and BTS, flags affected: OF, SF, AF and PF are undefined, ZF is unaffected. */
const tested = { test: { undefinedFlags: 'osap' } };
const changed = { lock: true, test: { undefinedFlags: 'osap' } } as const;
/** SDM vol. 2, BSF and BSR, flags affected: ZF tells a source of 0; CF, OF, SF, AF and PF are undefined. */
const scanned = { test: { undefinedFlags: 'osapc' } };

/** Bit test and bit scan. */
export const bitRows: readonly Row[] = [
  row('0F A3 /r', 'bt', 'Ev,Gv', 'bitTest', bt, tested),
  row('0F AB /r', 'bts', 'Ev,Gv', 'bitTest', bts, changed),
  row('0F B3 /r', 'btr', 'Ev,Gv', 'bitTest', btr, changed),
  row('0F BB /r', 'btc', 'Ev,Gv', 'bitTest', btc, changed),
  row('0F BA /4 ib', 'bt', 'Ev,Ib', 'bitTest', bt, tested),
  row('0F BA /5 ib', 'bts', 'Ev,Ib', 'bitTest', bts, changed),
  row('0F BA /6 ib', 'btr', 'Ev,Ib', 'bitTest', btr, changed),
  row('0F BA /7 ib', 'btc', 'Ev,Ib', 'bitTest', btc, changed),
  row('0F BC /r', 'bsf', 'Gv,Ev', 'bitScan', bsf, scanned),
  row('0F BD /r', 'bsr', 'Gv,Ev', 'bitScan', bsr, scanned),
];
