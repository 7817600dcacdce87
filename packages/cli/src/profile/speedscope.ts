import type { Profile, ProfileFrame, ProfileStack } from '@kml/machine';

const SCHEMA = 'https://www.speedscope.app/file-format-schema.json';

/** The weights of a stack that are shown, and their units in speedscope's file format. */
const WEIGHTS: readonly {
  readonly name: string;
  readonly unit: 'none' | 'nanoseconds';
  readonly of: (stack: ProfileStack) => number;
}[] = [
  { name: 'guest instructions', unit: 'none', of: ({ instructions }) => instructions },
  { name: 'guest cycles', unit: 'none', of: ({ cycles }) => cycles },
  { name: 'host time', unit: 'nanoseconds', of: ({ hostNanoseconds }) => Math.round(hostNanoseconds) },
];

/** The profile for speedscope: one of its profiles for each kind of weight. */
export function speedscope(profile: Profile, name: string, version: string): object {
  const frames: ProfileFrame[] = [];
  const indices = new Map<string, number>();
  const indexOf = (frame: ProfileFrame): number => {
    const key = `${frame.name}\0${frame.file ?? ''}`;
    let index = indices.get(key);
    if (index === undefined) {
      index = frames.push(frame) - 1;
      indices.set(key, index);
    }
    return index;
  };
  const samples = profile.stacks.map((stack) => stack.frames.map(indexOf));
  const profiles = WEIGHTS.map(({ name: title, unit, of }) => {
    const weights = profile.stacks.map(of);
    const endValue = weights.reduce((sum, weight) => sum + weight, 0);
    return { type: 'sampled', name: title, unit, startValue: 0, endValue, samples, weights };
  });
  return {
    $schema: SCHEMA,
    exporter: `kml ${version}`,
    name,
    activeProfileIndex: 0,
    shared: { frames },
    profiles,
  };
}
