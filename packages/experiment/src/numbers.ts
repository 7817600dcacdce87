/** To so many decimals, as a number: reports are compared to the digit. */
export function rounded(value: number, decimals = 2): number {
  return Number(value.toFixed(decimals));
}

/** With a sign and one decimal: '-1.2 %'. */
export function signedPercent(value: number): string {
  const text = Math.abs(value).toFixed(1);
  if (text === '0.0') return '0.0 %';
  return `${value < 0 ? '-' : '+'}${text} %`;
}

/** For tables: large numbers whole, small ones with one decimal. */
export function shown(value: number): string {
  return value >= 1000 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(1);
}
