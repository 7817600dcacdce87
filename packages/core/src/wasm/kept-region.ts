/** A region as it is kept between runs. Numbers in its code are those of the tables it is kept with (kept-translations.ts). */
export interface KeptRegion {
  readonly pc: number;
  readonly mode: number;
  /** The guest code it was made from: start and end of each extent (code-extents.ts), by twos. */
  readonly extents: readonly number[];
  /** As of Region. */
  readonly blockPcs: readonly number[];
  readonly calleePcs: readonly number[];
  readonly jumpPcs: readonly number[];
  readonly wayOutPcs: readonly number[];
  readonly refreshed: number;
  readonly mayRefresh: number;
  /** Of its function in the module. */
  readonly place: number;
  readonly bodyBytes: number;
  /** The bytes of the extents, one's behind the other's. */
  readonly code: Uint8Array;
}
