import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENOSPC } from '../../errno.ts';
import type { Stat } from '../../linux-abi.ts';
import { fsState } from '../fs-state.ts';
import { BUFFER, fsKit } from '../fs-test-kit.ts';

/** The model: a tree of plain objects. Files are shared objects, so that hard links are one file. */
type Model = Map<string, Model | { text: string }>;

const NAMES = ['a', 'b'];
const path = fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 });

const command = fc.oneof(
  fc.record({
    kind: fc.constant('write' as const),
    at: path,
    text: fc.string({ maxLength: 12 }),
    offset: fc.nat(9000),
  }),
  fc.record({ kind: fc.constant('truncate' as const), at: path, size: fc.nat(9000) }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('mkdir' as const), at: path }) },
  fc.record({ kind: fc.constant('rmdir' as const), at: path }),
  fc.record({ kind: fc.constant('unlink' as const), at: path }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('rename' as const), at: path, to: path }) },
  fc.record({ kind: fc.constant('link' as const), at: path, to: path }),
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

function parentOf(root: Model, at: string[]): Model | undefined {
  let dir: Model = root;
  for (const name of at.slice(0, -1)) {
    const next = dir.get(name);
    if (!(next instanceof Map)) return undefined;
    dir = next;
  }
  return dir;
}

function find(root: Model, at: string[]): Model | { text: string } | undefined {
  return parentOf(root, at)?.get(at.at(-1)!);
}

/** Does a command to the model; false if it must fail. */
function apply(root: Model, step: Command): boolean {
  const dir = parentOf(root, step.at);
  const name = step.at.at(-1)!;
  const node = dir?.get(name);
  switch (step.kind) {
    case 'write': {
      if (dir === undefined || node instanceof Map) return false;
      const file = node ?? { text: '' };
      dir.set(name, file);
      if (step.text.length > 0) {
        const padded = file.text.padEnd(step.offset, '\0');
        file.text = padded.slice(0, step.offset) + step.text + padded.slice(step.offset + step.text.length);
      }
      return true;
    }
    case 'truncate':
      if (node === undefined || node instanceof Map) return false;
      node.text = node.text.slice(0, step.size).padEnd(step.size, '\0');
      return true;
    case 'mkdir':
      if (dir === undefined || node !== undefined) return false;
      dir.set(name, new Map());
      return true;
    case 'rmdir':
      if (!(node instanceof Map) || node.size > 0) return false;
      return dir!.delete(name);
    case 'unlink':
      if (node === undefined || node instanceof Map) return false;
      return dir!.delete(name);
    case 'link': {
      const to = parentOf(root, step.to);
      if (node === undefined || node instanceof Map || to === undefined || find(root, step.to)) return false;
      to.set(step.to.at(-1)!, node);
      return true;
    }
    case 'rename':
      return rename(root, step.at, step.to);
  }
}

function rename(root: Model, from: string[], to: string[]): boolean {
  const source = find(root, from);
  const dir = parentOf(root, to);
  const target = find(root, to);
  if (source === undefined || dir === undefined) return false;
  const within = to.length > from.length && from.every((name, i) => to[i] === name);
  if (within) return false;
  if (target === source) return true;
  const above = from.length > to.length && to.every((name, i) => from[i] === name);
  if (above) return false;
  if (target !== undefined) {
    if (source instanceof Map !== target instanceof Map) return false;
    if (target instanceof Map && target.size > 0) return false;
  }
  parentOf(root, from)!.delete(from.at(-1)!);
  dir.set(to.at(-1)!, source);
  return true;
}

function perform(kit: ReturnType<typeof fsKit>, step: Command): number {
  const at = `/${step.at.join('/')}`;
  switch (step.kind) {
    case 'write': {
      const fd = kit.call('open', at, 0o102, 0o644);
      if (fd < 0) return fd;
      const written = kit.call('pwrite64', fd, BUFFER, kit.store(step.text), step.offset);
      kit.call('close', fd);
      return written === step.text.length ? 0 : -1;
    }
    case 'truncate':
      return kit.call('truncate64', at, step.size);
    case 'rename':
    case 'link':
      return kit.call(step.kind, at, `/${step.to.join('/')}`);
    case 'mkdir':
      return kit.call('mkdir', at, 0o755);
    default:
      return kit.call(step.kind, at);
  }
}

/** Compares the whole tree below a directory, link counts of directories included. */
function compare(kit: ReturnType<typeof fsKit>, model: Model, prefix: string): void {
  expect(kit.list(prefix === '' ? '/' : prefix)).toEqual([...model.keys()].sort());
  const directories = [...model.values()].filter((node) => node instanceof Map).length;
  expect((kit.stat(prefix === '' ? '/' : prefix) as Stat).nlink).toBe(2 + directories);
  for (const [name, node] of model) {
    if (node instanceof Map) compare(kit, node, `${prefix}/${name}`);
    else expect(kit.readAll(`${prefix}/${name}`)).toBe(node.text);
  }
}

describe('tmpfs', () => {
  it('does what a plain tree does', () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: 10, maxLength: 40 }), (steps) => {
        const kit = fsKit();
        // The tree under test is a fresh tmpfs of its own, as root.
        kit.call('mkdir', '/t', 0o755);
        kit.store('tmpfs\0', BUFFER);
        expect(kit.call('mount', 'none', '/t', BUFFER, 0, 0)).toBe(0);
        kit.call('chroot', '/t');
        kit.call('chdir', '/');
        const before = fsState(kit.kernel).dataBytes;
        const model: Model = new Map();
        for (const step of steps) expect([step, perform(kit, step) >= 0]).toEqual([step, apply(model, step)]);
        compare(kit, model, '');
        for (const name of [...model.keys()]) removeAll(kit, model.get(name)!, `/${name}`);
        expect(kit.list('/')).toEqual([]);
        expect(fsState(kit.kernel).dataBytes).toBe(before);
      }),
      { numRuns: 150 },
    );
  });

  it('is full at its size, and gives room back', () => {
    const kit = fsKit();
    kit.call('mkdir', '/t', 0o755);
    kit.store('tmpfs\0size=16k\0');
    expect(kit.call('mount', 'none', '/t', BUFFER, 0, BUFFER + 6)).toBe(0);
    const text = 'x'.repeat(20000);
    expect(kit.writeAll('/t/big', text)).toBe(16384);
    expect(kit.writeAll('/t/more', 'y')).toBe(-ENOSPC);
    expect(kit.call('unlink', '/t/big')).toBe(0);
    expect(kit.writeAll('/t/more', 'y')).toBe(1);
  });

  it('keeps the content of an unlinked file until it is closed', () => {
    const kit = fsKit();
    expect(kit.writeAll('/tmp/f', 'content')).toBe(7);
    const fd = kit.call('open', '/tmp/f', 0, 0);
    const bytes = fsState(kit.kernel).dataBytes;
    kit.call('unlink', '/tmp/f');
    expect(kit.call('read', fd, BUFFER, 100)).toBe(7);
    expect(fsState(kit.kernel).dataBytes).toBe(bytes);
    kit.call('close', fd);
    expect(fsState(kit.kernel).dataBytes).toBe(bytes - 4096);
  });
});

function removeAll(kit: ReturnType<typeof fsKit>, node: Model | { text: string }, at: string): void {
  if (!(node instanceof Map)) {
    expect(kit.call('unlink', at)).toBe(0);
    return;
  }
  for (const [name, child] of node) removeAll(kit, child, `${at}/${name}`);
  expect(kit.call('rmdir', at)).toBe(0);
}
