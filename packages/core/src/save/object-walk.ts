import { kindOf, type ObjectKind, type OutsideNames, type View } from './value-kinds.ts';

/** A value in machine state that no save file can hold, and how it is reached. */
export interface Unsaveable {
  readonly path: string;
  readonly problem: string;
}

/** Where a value was first met: from which object, under which key. */
interface Step {
  readonly from: object | undefined;
  readonly key: string;
}

/** Every object reachable from a root, once each, nearest first, with its kind; and what cannot be saved. */
export interface Walk {
  readonly objects: ReadonlyMap<object, ObjectKind>;
  /** How many references lead to each of them. */
  readonly references: ReadonlyMap<object, number>;
  readonly problems: readonly Unsaveable[];
}

/**
 * Walks a graph of values. Nothing is called recursively: a list of ten thousand links is walked too.
 * @param guestBuffer the guest's memory, of which state may hold no view (it is saved as frames)
 */
export function walkObjects(root: object, outside: OutsideNames, guestBuffer?: ArrayBufferLike): Walk {
  const steps = new Map<object, Step>();
  const objects = new Map<object, ObjectKind>();
  const references = new Map<object, number>();
  const problems: Unsaveable[] = [];
  const queue: object[] = [];
  const meet = (value: unknown, from: object | undefined, key: string): void => {
    if (typeof value === 'symbol') {
      problems.push({ path: `${pathTo(steps, from)}${key}`, problem: 'a symbol' });
      return;
    }
    const object = value as object;
    references.set(object, (references.get(object) ?? 0) + 1);
    if (steps.has(object)) return;
    steps.set(object, { from, key });
    const kind = object === guestBuffer ? { problem: 'a view of guest memory' } : kindOf(object, outside);
    if (typeof kind !== 'string') problems.push({ path: pathTo(steps, object), problem: kind.problem });
    else {
      objects.set(object, kind);
      queue.push(object);
    }
  };
  meet(root, undefined, '');
  for (let at = 0; at < queue.length; at++) {
    const object = queue[at]!;
    forEachChild(object, objects.get(object)!, (child, key) => meet(child, object, key));
  }
  return { objects, references, problems };
}

/** Calls back with every object, function and symbol that an object holds, and how a path names it. */
function forEachChild(object: object, kind: ObjectKind, visit: (child: unknown, key: string) => void): void {
  switch (kind) {
    case 'object':
    case 'class':
      for (const key of Object.keys(object)) {
        const child = (object as Record<string, unknown>)[key];
        if (isReference(child)) visit(child, `.${key}`);
      }
      return;
    case 'array':
      (object as unknown[]).forEach((child, index) => {
        if (isReference(child)) visit(child, `[${index}]`);
      });
      return;
    case 'map':
      for (const [key, child] of object as Map<unknown, unknown>) {
        if (isReference(key)) visit(key, '.keys()');
        if (isReference(child)) visit(child, `.get(${nameOf(key)})`);
      }
      return;
    case 'set':
      for (const child of object as Set<unknown>) if (isReference(child)) visit(child, '.values()');
      return;
    case 'view':
      visit((object as View).buffer, '.buffer');
      return;
    case 'buffer':
    case 'outside':
  }
}

/** What is not saved by value; symbols, which cannot be saved, too. */
function isReference(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || typeof value === 'function' || typeof value === 'symbol';
}

function nameOf(key: unknown): string {
  if (typeof key === 'string') return `'${key}'`;
  return isReference(key) ? '…' : String(key);
}

function pathTo(steps: ReadonlyMap<object, Step>, object: object | undefined): string {
  let path = '';
  for (let at = object; at !== undefined; ) {
    const { from, key }: Step = steps.get(at)!;
    path = key + path;
    at = from;
  }
  return path;
}
