import { STANDARD_PLUGINS } from '../../../packages/machine/src/standard-plugins.ts';

/** What programs are built for: ISAs that Debian has no packages of any more, and the host's own kernel as the oracle. */
export interface CrossTarget {
  /** KML's name of the architecture; 'ia32' is what also runs natively. */
  readonly arch: 'ia32' | 'ppc' | 'mips';
  /** GNU triple: prefix of the compiler, directory of its C library. */
  readonly triple: string;
  /** Guest path of the dynamic linker. */
  readonly linker: string;
}

export const NATIVE: CrossTarget = {
  arch: 'ia32',
  triple: 'i686-linux-gnu',
  linker: '/lib/ld-linux.so.2',
};

export const BIG_ENDIAN: readonly CrossTarget[] = [
  {
    arch: 'ppc',
    triple: 'powerpc-linux-gnu',
    linker: '/lib/ld.so.1',
  },
  {
    arch: 'mips',
    triple: 'mips-linux-gnu',
    linker: '/lib/ld.so.1',
  },
];

/** Those that this composition has a plugin for. */
export const TESTED = BIG_ENDIAN.filter(({ arch }) => STANDARD_PLUGINS.some(({ name }) => name === arch));

/** How programs are linked. */
export type Linkage = 'static' | 'dynamic';
