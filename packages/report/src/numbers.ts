/**
 * A number as charts and tables show it: whole ones as they are, others with as many decimals as a reader
 * can use (two below 100, one below 10,000).
 */
export function formatNumber(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  const decimals = size < 100 ? 2 : size < 10_000 ? 1 : 0;
  return String(Number(value.toFixed(decimals)));
}
