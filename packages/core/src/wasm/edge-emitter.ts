/** How edges are taken: by structured control flow, or through the dispatch loop. */
export interface EdgeEmitter {
  /** Goes from node to node; nothing follows. */
  go(from: number, to: number): void;
  /** Label depth to branch to for this edge, or -1 where the edge needs code of its own. */
  direct(from: number, to: number): number;
  nest(): void;
  unnest(): void;
}
