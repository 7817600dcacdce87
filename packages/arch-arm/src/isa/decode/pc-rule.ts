import type { Encoding } from './encoding.ts';
import type { FieldName, Fields } from './fields.ts';
import type { Row } from './row.ts';

const PC = 15;

/** Where an instruction of a row would write r15 though that means nothing. */
export interface PcRule {
  /** Fields that name destinations. */
  readonly destinations: readonly FieldName[];
  /** The base register may be written back: 'indexed' where P is clear or W set, 'flag' where W is set. */
  readonly writeBack: 'indexed' | 'flag' | undefined;
}

/** The rule of a row. */
export function pcRuleOf(row: Row, { fields }: Encoding): PcRule {
  // LDR, MRC and VMRS into r15 mean something.
  const loads = /^(?:LDR.|SWP|MRRC|VMOV)/.test(row.mnemonic);
  const names: readonly FieldName[] = loads ? ['Rd', 'RdHi', 'RdLo', 'Rt', 'Rt2'] : ['Rd', 'RdHi', 'RdLo'];
  const destinations = row.pcDestination ? [] : names.filter((name) => fields.has(name));
  if (!fields.has('Rn')) return { destinations, writeBack: undefined };
  if (row.syntax.includes('{address')) return { destinations, writeBack: 'indexed' };
  return { destinations, writeBack: row.syntax.includes('{wb}') ? 'flag' : undefined };
}

/** Whether these fields write r15 where that is UNPREDICTABLE: the instruction is taken as UNDEFINED. */
export function writesPcWrongly(x: Fields, { destinations, writeBack }: PcRule): boolean {
  for (let i = 0; i < destinations.length; i++) if (x[destinations[i]!] === PC) return true;
  if (writeBack === undefined || x.Rn !== PC) return false;
  return x.W === 1 || (writeBack === 'indexed' && x.P === 0);
}
