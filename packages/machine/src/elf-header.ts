import type { ElfHeaderFacts } from '@kml/kernel';

/** Bytes of a file that say which machine it is for. */
export const ELF_HEADER_BYTES = 52;

/** The header of a 32-bit ELF file; undefined for bytes that are not long enough for one, or no ELF. */
export function readElfHeader(bytes: Uint8Array): ElfHeaderFacts | undefined {
  if (bytes.length < ELF_HEADER_BYTES) return undefined;
  if (bytes[0] !== 0x7f || bytes[1] !== 0x45 || bytes[2] !== 0x4c || bytes[3] !== 0x46) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[5] !== 2;
  return { class: bytes[4]!, data: bytes[5]!, machine: view.getUint16(18, little), flags: view.getUint32(36, little) };
}
