import type { Insn } from '../lift/insn.ts';

/** The row's mnemonic in the form for the operand size. */
export function sizeSuffixed(x: Insn): string {
  const name = x.row.mnemonic;
  if (name === 'jecxz') return x.addrSize === 32 ? name : 'jcxz';
  const bar = name.indexOf('|');
  if (bar < 0) return name;
  return x.opSize === 16 ? name.slice(0, bar) : name.slice(bar + 1);
}
