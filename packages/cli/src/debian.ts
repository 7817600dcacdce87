import { Failure } from './failure.ts';

/** Debian's name of each architecture: the first one where there are several. */
const DEBIAN: Readonly<Record<string, readonly string[]>> = {
  ia32: ['i386'],
  arm: ['armhf', 'armel'],
  mips: ['mips'],
  mipsel: ['mipsel'],
  ppc: ['powerpc'],
};

/** All names debianName knows. */
export const ROOT_ARCHITECTURES: readonly string[] = [
  ...new Set([...Object.keys(DEBIAN), ...Object.values(DEBIAN).flat()]),
];

/** Debian's name for an architecture given by our name or Debian's own. Throws Failure for any other. */
export function debianName(name: string): string {
  const debian =
    DEBIAN[name]?.[0] ??
    Object.values(DEBIAN)
      .flat()
      .find((candidate) => candidate === name);
  if (debian === undefined) {
    throw new Failure(`no Debian architecture '${name}'; there is ${ROOT_ARCHITECTURES.join(', ')}`);
  }
  return debian;
}
