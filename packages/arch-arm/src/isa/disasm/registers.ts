/** Register names as objdump prints them. */
export const REGISTER_NAMES = [
  ...['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9', 'sl', 'fp', 'ip', 'sp', 'lr', 'pc'],
];

/** A register list in braces. */
export function registerList(list: number): string {
  const parts: string[] = [];
  for (let n = 0; n < 16; n++) if (list & (1 << n)) parts.push(REGISTER_NAMES[n]!);
  return `{${parts.join(', ')}}`;
}
