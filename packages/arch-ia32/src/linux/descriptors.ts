/** Descriptors as two words, for the tables in kernel data and for TLS. SDM vol. 3, 3.4.5 and 6.11. */

/** Attribute byte of descriptors (bits 40 to 47), all present. */
export const KERNEL_CODE_ACCESS = 0x9b;
export const KERNEL_DATA_ACCESS = 0x93;
export const USER_CODE_ACCESS = 0xfb;
export const USER_DATA_ACCESS = 0xf3;
export const TSS_ACCESS = 0x89;
export const LDT_ACCESS = 0x82;
/** Flags nibble (bits 52 to 55): granularity 4 KiB, 32 bits. */
export const FLAGS_FLAT = 0xc;

/** A segment descriptor; `limit` is in the unit the flags give. */
export function segmentDescriptor(
  base: number,
  limit: number,
  access: number,
  flags: number,
): readonly [low: number, high: number] {
  const low = (limit & 0xffff) | (base << 16);
  const high = ((base >>> 16) & 0xff) | (access << 8) | (limit & 0xf_0000) | (flags << 20) | (base & 0xff00_0000);
  return [low | 0, high | 0];
}

/** Base 0, limit 4 GiB. */
export function flatDescriptor(access: number): readonly [low: number, high: number] {
  return segmentDescriptor(0, 0xf_ffff, access, FLAGS_FLAT);
}

/** A 32-bit interrupt gate. */
export function interruptGate(selector: number, offset: number, dpl: number): readonly [low: number, high: number] {
  return [(offset & 0xffff) | (selector << 16), (offset & 0xffff_0000) | 0x8e00 | (dpl << 13)];
}

/** A task gate. */
export function taskGate(selector: number): readonly [low: number, high: number] {
  return [selector << 16, 0x8500];
}
