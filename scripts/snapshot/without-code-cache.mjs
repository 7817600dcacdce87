// Node's code cache of its own modules, which it puts at the end of every snapshot, and reads at every start.

/** As Node writes it: 64-bit numbers in the host's order. */
const WORD = 8;
const MODULE = /^[\w./-]{2,80}$/;
const FEWEST_MODULES = 100;
const MOST_MODULES = 2000;

/**
 * A snapshot's bytes without the code cache of Node's modules: a quarter of it, of which a run uses nothing that the
 * snapshot does not have compiled. What is not laid out as expected is given back as it is.
 * The cache is the last part: a count, and for each module a name and bytes, each after its length.
 */
export function withoutCodeCache(blob) {
  for (let at = blob.length - WORD; at >= 0; at--) {
    const count = wordAt(blob, at);
    if (count < FEWEST_MODULES || count > MOST_MODULES || endOfModules(blob, at + WORD, count) !== blob.length)
      continue;
    const slim = Buffer.from(blob.subarray(0, at + WORD));
    slim.writeBigUInt64LE(0n, at);
    return slim;
  }
  return blob;
}

/** -1: there are not so many. */
function endOfModules(blob, begin, count) {
  let at = begin;
  for (let i = 0; i < count; i++) {
    const nameEnd = at + WORD + wordAt(blob, at);
    if (!(nameEnd < blob.length) || !MODULE.test(blob.toString('latin1', at + WORD, nameEnd))) return -1;
    at = nameEnd + WORD + wordAt(blob, nameEnd);
    if (!(at <= blob.length)) return -1;
  }
  return at;
}

/** NaN: beyond the end. */
function wordAt(blob, at) {
  if (at + WORD > blob.length) return Number.NaN;
  return blob.readUInt32LE(at) + blob.readUInt32LE(at + 4) * 2 ** 32;
}
