import type { BlockCode } from './block-code.ts';

/** By value of the block's graph: statements that are not dead, deferred slots or the terminal want it. */
export function usedValues({
  graph,
  statements,
  deferred,
  terminalValues,
}: Pick<BlockCode, 'graph' | 'statements' | 'deferred' | 'terminalValues'>): Uint8Array {
  const used = new Uint8Array(graph.size);
  const use = (value: number): void => {
    if (value < 0 || used[value]) return;
    used[value] = 1;
    use(graph.a[value]!);
    use(graph.b[value]!);
    use(graph.c[value]!);
  };
  for (const { dead, a, b, c } of statements) if (!dead) [a, b, c].forEach(use);
  for (const { values } of deferred) for (const value of values.values()) use(value);
  terminalValues.forEach(use);
  return used;
}
