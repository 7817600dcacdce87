const NAMES = ['lsl', 'lsr', 'asr', 'ror'];

/** Text behind a register shifted by an immediate: counts of 0 stand for none, 32 and RRX. */
export function shiftSuffix(type: number, count: number): string {
  if (count === 0) {
    if (type === 0) return '';
    return type === 3 ? ', rrx' : `, ${NAMES[type]} #32`;
  }
  return `, ${NAMES[type]} #${count}`;
}
