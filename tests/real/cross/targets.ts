import type { Debian } from '../debian/root.ts';

/** What programs are built for. */
export interface CrossTarget {
  /** Debian's name of the architecture where Debian has it still, else KML's; names directories. */
  readonly name: string;
  /** KML's name of the architecture. */
  readonly arch: string;
  /** GNU triple: prefix of the compiler, directory of its C library. */
  readonly triple: string;
  /** Guest path of the dynamic linker. */
  readonly linker: string;
  /** Debian's packages for it, where there are any. */
  readonly debian?: Debian;
  /** QEMU's user mode for it, where no CPU here runs its programs. */
  readonly qemu?: string;
  /** No floating-point unit is used: neither rounding modes nor exception flags exist. */
  readonly softFloat?: true;
}

/** Programs for it also run natively: the host's own kernel is the oracle. */
export const NATIVE: CrossTarget = {
  name: 'i386',
  arch: 'ia32',
  triple: 'i686-linux-gnu',
  linker: '/lib/ld-linux.so.2',
  debian: 'i386',
};

export const PPC: CrossTarget = {
  name: 'ppc',
  arch: 'ppc',
  triple: 'powerpc-linux-gnu',
  linker: '/lib/ld.so.1',
  qemu: 'qemu-ppc-static',
};

export const MIPS: CrossTarget = {
  name: 'mips',
  arch: 'mips',
  triple: 'mips-linux-gnu',
  linker: '/lib/ld.so.1',
  qemu: 'qemu-mips-static',
};

export const ARMHF: CrossTarget = {
  name: 'armhf',
  arch: 'arm',
  triple: 'arm-linux-gnueabihf',
  linker: '/lib/ld-linux-armhf.so.3',
  debian: 'armhf',
  qemu: 'qemu-arm-static',
};

export const ARMEL: CrossTarget = {
  name: 'armel',
  arch: 'arm',
  triple: 'arm-linux-gnueabi',
  linker: '/lib/ld-linux.so.3',
  debian: 'armel',
  qemu: 'qemu-arm-static',
  softFloat: true,
};

export const MIPSEL: CrossTarget = {
  name: 'mipsel',
  arch: 'mipsel',
  triple: 'mipsel-linux-gnu',
  linker: '/lib/ld.so.1',
  debian: 'mipsel',
  qemu: 'qemu-mipsel-static',
};

/** Every instruction set and calling convention that a plugin here runs. */
export const ALL_TARGETS: readonly CrossTarget[] = [NATIVE, ARMHF, ARMEL, MIPS, MIPSEL, PPC];

/** How programs are linked. */
export type Linkage = 'static' | 'dynamic';
