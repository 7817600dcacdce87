/**
 * Register tokens of the encodings and syntaxes of floating-point and SIMD tables: `D Vd`, `N Vn` and
 * `M Vm` stand for the parts of a register number, of which D, N and M are one bit. In singles that
 * bit is the lowest, in doubles the highest. `registers` limits it to some of D, N and M. In a syntax
 * `{Vd}` becomes `{Sd}` or `{Dd}`.
 */
export function asSingle(text: string, registers = 'DNM'): string {
  return withRegisters(text, registers, 0, 1, 'S');
}

export function asDouble(text: string, registers = 'DNM'): string {
  return withRegisters(text, registers, 4, 0, 'D');
}

function withRegisters(text: string, registers: string, bit: number, rest: number, letter: string): string {
  let result = text;
  for (const r of registers) {
    const v = `V${r.toLowerCase()}`;
    result = result
      .replace(new RegExp(`(^|\\s)${r}(?=\\s)`), `$1${v}@${bit}:1`)
      .replace(new RegExp(`(^|\\s)${v}(?=\\s|$)`), `$1${v}@${rest}:4`)
      .replaceAll(`{${v}}`, `{${letter}${r.toLowerCase()}}`);
  }
  return result;
}
