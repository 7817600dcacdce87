/** Names of errno values, by number: taken from the constants themselves. */
import * as errno from '../errno.ts';

const NAMES = new Map<number, string>();
for (const [name, value] of Object.entries(errno)) {
  if (typeof value === 'number' && value > 0 && name.startsWith('E')) NAMES.set(value, name);
}

export function errnoName(value: number): string {
  return NAMES.get(value) ?? `E${value}`;
}
