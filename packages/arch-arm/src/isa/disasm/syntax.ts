import type { Row } from '../decode/row.ts';
import type { Insn } from '../lift/insn.ts';
import { neonExpanders } from '../neon/syntax.ts';
import { vfpExpanders } from '../vfp/syntax.ts';
import type { Expander, Expanders } from './expander.ts';
import { generalExpanders } from './operands.ts';

const EXPANDERS: Expanders = { ...generalExpanders, ...vfpExpanders, ...neonExpanders };

const parsed = new WeakMap<Row, readonly (string | Expander)[]>();

/** Text and printers of a row's syntax, in order. */
function pieces(row: Row): readonly (string | Expander)[] {
  let list = parsed.get(row);
  if (list === undefined) {
    list = row.syntax.split(/(\{\w+\})/).map((piece) => {
      const name = /^\{(\w+)\}$/.exec(piece)?.[1];
      if (name === undefined) return piece;
      const expander = EXPANDERS[name];
      if (expander === undefined) throw new TypeError(`syntax '${row.syntax}': what is {${name}}?`);
      return expander;
    });
    parsed.set(row, list);
  }
  return list;
}

/** The instruction's text: mnemonic, a blank, operands. */
export function expandSyntax(x: Insn): string {
  return pieces(x.row)
    .map((piece) => (typeof piece === 'string' ? piece : piece(x)))
    .join('');
}
