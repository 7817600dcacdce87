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
