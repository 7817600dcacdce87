/** What can be reached from the kernel's state, which is plain data: arrays, maps, sets and objects. */

/** Visits every object once, with the number of references that lead to it from others. Typed arrays are leaves. */
export function reachable(root: object): Map<object, number> {
  const edges = new Map<object, number>([[root, 0]]);
  const todo: object[] = [root];
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    for (const value of members(at)) {
      if (typeof value !== 'object' || value === null) continue;
      const known = edges.get(value);
      edges.set(value, (known ?? 0) + 1);
      if (known === undefined) todo.push(value);
    }
  }
  return edges;
}

function members(at: object): Iterable<unknown> {
  if (ArrayBuffer.isView(at)) return [];
  if (Array.isArray(at)) return at;
  if (at instanceof Map) return pairs(at);
  if (at instanceof Set) return at;
  return Object.values(at);
}

function* pairs(map: Map<unknown, unknown>): Iterable<unknown> {
  for (const [key, value] of map) {
    yield key;
    yield value;
  }
}

/**
 * How many objects there are of each shape: plain objects by their members' names, others by their
 * class. Two censuses of one kernel at rest in the same situation are equal, caches apart.
 */
export function census(objects: Iterable<object>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const object of objects) {
    const shape = shapeOf(object);
    counts.set(shape, (counts.get(shape) ?? 0) + 1);
  }
  return counts;
}

function shapeOf(object: object): string {
  const name = object.constructor?.name ?? '';
  return name === 'Object' ? Object.keys(object).sort().join(' ') : name;
}
