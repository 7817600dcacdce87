import type { CodeOfHost } from './host-code.ts';
import type { KeptRegion } from './kept-region.ts';

/** A module of regions' functions, as it is kept between runs. */
export interface KeptModule {
  readonly bytes: Uint8Array;
  /** How many of the helpers in the tables it imports. */
  readonly helpers: number;
  /** Functions it exports. */
  readonly functions: number;
  /** What the host made of it; undefined if it optimised none of its functions. */
  readonly host: CodeOfHost | undefined;
  /** Places of the functions that are optimised in it. */
  readonly optimised: readonly number[];
  readonly regions: readonly KeptRegion[];
}
