/** After so many rewrites a page's requests are put off the longest: 2^10 at a time. */
const MOST = 10;

/**
 * Pages whose translated code is overwritten again and again: each time it happens, twice as many
 * requests for translation are passed over before one is granted. Code that changes all the time is
 * interpreted, code that was patched once is translated soon.
 */
export class RewriteTable {
  private readonly rewrites = new Map<number, number>();
  private readonly passedOver = new Map<number, number>();

  /** Translated code of the frame was overwritten. */
  note(frame: number): void {
    this.rewrites.set(frame, Math.min(MOST, (this.rewrites.get(frame) ?? 0) + 1));
    this.passedOver.set(frame, 0);
  }

  /** The frame holds another page now. */
  forget(frame: number): void {
    this.rewrites.delete(frame);
    this.passedOver.delete(frame);
  }

  /** Whether a request for code of this frame is to be passed over. Counts it. */
  defers(frame: number): boolean {
    const rewrites = this.rewrites.get(frame);
    if (rewrites === undefined) return false;
    const passed = (this.passedOver.get(frame) ?? 0) + 1;
    this.passedOver.set(frame, passed);
    return passed < 1 << rewrites;
  }
}
