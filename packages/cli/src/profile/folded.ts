import type { Profile } from '@kml/machine';

/** A stack a line, frames from the outermost in with ';' between, and its instructions: what flame-graph tools read. */
export function folded(profile: Profile): string {
  return profile.stacks
    .filter(({ instructions }) => instructions > 0)
    .map(
      ({ frames, instructions }) =>
        `${frames.map(({ name }) => name.replaceAll(';', ':')).join(';')} ${instructions}\n`,
    )
    .sort()
    .join('');
}
