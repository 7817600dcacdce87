/** Short forms for the tables of Advanced SIMD. */
import { bothSets, type Row, type RowOptions } from '../../decode/row.ts';
import { asDouble } from '../../decode/vector-registers.ts';
import type { Insn } from '../../lift/insn.ts';
import type { Handler } from '../integer.ts';

/**
 * Shapes of operands d, n and m: `q` a quad register, `d` a double one, `v` either by Q, `-` none.
 * Quad registers have even numbers; others are undefined.
 */
export type Shape = string;

const REGISTERS = ['Vd', 'Vn', 'Vm'] as const;

function fits(x: Insn, shape: Shape): boolean {
  return REGISTERS.every((name, i) => {
    const kind = shape[i]!;
    return (x[name] & 1) === 0 || kind === 'd' || kind === '-' || (kind === 'v' && !x.Q);
  });
}

const LETTERS: Readonly<Record<string, string>> = { q: 'Q', d: 'D', v: 'V' };

/** `{d}`, `{n}` and `{m}` of a syntax as registers of the shape. */
function withShape(syntax: string, shape: Shape): string {
  return syntax.replace(/\{([dnm])\}/g, (_all, r: string) => `{${LETTERS[shape['dnm'.indexOf(r)]!]}${r}}`);
}

/** Options of a NEON row: sizes that are defined (default all), a condition of its own, fields. */
export interface NeonOptions extends RowOptions {
  readonly sizes?: string;
}

/** Rows, A32 and T32, of an instruction. */
export function neon(
  mnemonic: string,
  section: string,
  encoding: string,
  syntax: string,
  shape: Shape,
  cost: string,
  lift: Handler,
  { sizes, when, ...more }: NeonOptions = {},
): Row[] {
  return bothSets(mnemonic, section, asDouble(encoding), withShape(syntax, shape), cost, lift, {
    ...more,
    when: (x) => fits(x, shape) && (sizes === undefined || sizes.includes(String(8 << x.size))) && (when?.(x) ?? true),
  });
}
