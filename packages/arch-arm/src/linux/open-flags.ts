import { bitTable, generic } from '@kml/kernel';

/** Flags of open that ARM has at other bits than asm-generic. Linux 6.1 arch/arm/include/uapi/asm/fcntl.h */
export const OPEN_FLAGS = bitTable([
  [generic.O_DIRECTORY, 0o40000],
  [generic.O_NOFOLLOW, 0o100000],
  [generic.O_DIRECT, 0o200000],
  [generic.O_LARGEFILE, 0o400000],
]);
