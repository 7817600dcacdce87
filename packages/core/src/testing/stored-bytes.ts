import type { StoredBytes } from '../engine/stored-bytes.ts';

/** A store of these bytes. */
export const reader = (bytes: Uint8Array): StoredBytes => ({
  size: bytes.length,
  read(into, position) {
    into.set(bytes.subarray(position, position + into.length));
    return position + into.length <= bytes.length;
  },
});
