import { parseEncoding } from '../decode/encoding.ts';
import type { FieldName } from '../decode/fields.ts';
import type { Row } from '../decode/row.ts';
import { type Insn, PC } from './insn.ts';

/** What of a row has to be looked at. */
interface Rule {
  /** Fields that name destinations. */
  readonly destinations: readonly FieldName[];
  /** The base register may be written back: 'indexed' where P is clear or W set, 'flag' where W is set. */
  readonly writeBack: 'indexed' | 'flag' | undefined;
}

const rules = new WeakMap<Row, Rule>();

function ruleOf(row: Row): Rule {
  let rule = rules.get(row);
  if (rule === undefined) {
    const { fields } = parseEncoding(row.encoding);
    // LDR, MRC and VMRS into r15 mean something.
    const loads = /^(?:LDR.|SWP|MRRC|VMOV)/.test(row.mnemonic);
    const names: readonly FieldName[] = loads ? ['Rd', 'RdHi', 'RdLo', 'Rt', 'Rt2'] : ['Rd', 'RdHi', 'RdLo'];
    const destinations = row.pcDestination ? [] : names.filter((name) => fields.has(name));
    const { syntax } = row;
    const writeBack = !fields.has('Rn')
      ? undefined
      : syntax.includes('{address')
        ? 'indexed'
        : syntax.includes('{wb}')
          ? 'flag'
          : undefined;
    rule = { destinations, writeBack };
    rules.set(row, rule);
  }
  return rule;
}

/** Whether the instruction would write r15 where that is UNPREDICTABLE: it is taken as UNDEFINED. */
export function writesPcWrongly(x: Insn): boolean {
  const { destinations, writeBack } = ruleOf(x.row);
  for (const name of destinations) if (x[name] === PC) return true;
  if (writeBack === undefined || x.Rn !== PC) return false;
  return x.W === 1 || (writeBack === 'indexed' && x.P === 0);
}
