/** Mnemonics of unified syntax: the instruction, S, and the condition. ARM ARM A8.2, A8.3 */
const CONDITIONS = ['eq', 'ne', 'cs', 'cc', 'mi', 'pl', 'vs', 'vc', 'hi', 'ls', 'ge', 'lt', 'gt', 'le', 'al'];
const OTHER_NAMES: Readonly<Record<string, string>> = { hs: 'cs', lo: 'cc' };
const ALWAYS = 14;

export interface Mnemonic {
  readonly base: string;
  readonly setFlags: boolean;
  /** Condition field, 0 to 14. */
  readonly condition: number;
}

/** Takes a mnemonic apart. `bases` says of each instruction whether it may have an S. Throws SyntaxError. */
export function parseMnemonic(text: string, bases: ReadonlyMap<string, boolean>): Mnemonic {
  for (let length = text.length; length > 0; length--) {
    const base = text.slice(0, length);
    const mayS = bases.get(base);
    if (mayS === undefined) continue;
    const rest = text.slice(length);
    if (mayS && rest[0] === 's') {
      const condition = conditionOf(rest.slice(1));
      if (condition !== undefined) return { base, setFlags: true, condition };
    }
    const condition = conditionOf(rest);
    if (condition !== undefined) return { base, setFlags: false, condition };
  }
  throw new SyntaxError(`unknown instruction '${text}'`);
}

function conditionOf(text: string): number | undefined {
  if (text === '') return ALWAYS;
  const condition = CONDITIONS.indexOf(OTHER_NAMES[text] ?? text);
  return condition < 0 ? undefined : condition;
}
