/** Where bars of groups go: one below the other, half a bar's room between groups. */

interface Named {
  readonly name: string;
}

interface Group<B extends Named> {
  readonly name: string;
  readonly bars: readonly B[];
}

export interface BarPlace<B> {
  /** Unique in its chart. */
  readonly key: string;
  readonly group: string;
  /** The first of its group. */
  readonly first: boolean;
  readonly bar: B;
}

/** Room between two groups. */
export interface Gap {
  readonly key: string;
  readonly bar?: undefined;
}

const BAR_PIXELS = 17;
const MARGINS = 42;
const LETTER_PIXELS = 6.2;
const BETWEEN = 14;

/** Bars and gaps from the top down. */
export function placesOf<B extends Named>(groups: readonly Group<B>[]): (BarPlace<B> | Gap)[] {
  return groups.flatMap(({ name, bars }, at) => [
    ...(at > 0 ? [{ key: `gap ${at}` }] : []),
    ...bars.map((bar, index) => ({ key: `${at} ${index}`, group: name, first: index === 0, bar })),
  ]);
}

/** A chart's height in pixels, margins and axis included. */
export function barHeight(places: readonly unknown[]): number {
  return places.length * BAR_PIXELS + MARGINS;
}

/** Pixels left of the bars: for the bars' names alone, and with the groups'. */
export function yScale(groups: readonly Group<Named>[]): { nameWidth: number; marginLeft: number } {
  const widest = (names: readonly string[]): number => Math.max(...names.map((name) => name.length)) * LETTER_PIXELS;
  const nameWidth = widest(groups.flatMap(({ bars }) => bars.map(({ name }) => name))) + BETWEEN;
  return { nameWidth, marginLeft: nameWidth + widest(groups.map(({ name }) => name)) * 1.08 + BETWEEN };
}
