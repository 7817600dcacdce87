import { type Row, row } from '../decode/row.ts';
import { div, idiv, imul, imul1, mul } from '../lift/multiply.ts';

/** SDM vol. 2, MUL and IMUL, flags affected: SF, ZF, AF and PF are undefined. */
const product = { test: { undefinedFlags: 'szap' } };
/** SDM vol. 2, DIV and IDIV, flags affected: CF, OF, SF, ZF, AF and PF are undefined. */
const quotient = { test: { undefinedFlags: 'oszapc' } };

/** Multiplication and division. */
export const multiplyRows: readonly Row[] = [
  row('F6 /4', 'mul', 'Eb', 'multiply', mul, product),
  row('F7 /4', 'mul', 'Ev', 'multiply', mul, product),
  row('F6 /5', 'imul', 'Eb', 'multiply', imul1, product),
  row('F7 /5', 'imul', 'Ev', 'multiply', imul1, product),
  row('0F AF /r', 'imul', 'Gv,Ev', 'multiply', imul, product),
  row('69 /r iz', 'imul', 'Gv,Ev,Iz', 'multiply', imul, product),
  row('6B /r ib', 'imul', 'Gv,Ev,Isb', 'multiply', imul, product),
  row('F6 /6', 'div', 'Eb', 'divide', div, quotient),
  row('F7 /6', 'div', 'Ev', 'divide', div, quotient),
  row('F6 /7', 'idiv', 'Eb', 'divide', idiv, quotient),
  row('F7 /7', 'idiv', 'Ev', 'divide', idiv, quotient),
];
