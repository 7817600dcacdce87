import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Task } from '../types.ts';
import { auditMemory, type TestKernel, testKernel, testTask } from './mm-test-kit.ts';
import { mmap } from './mmap.ts';
import { MAP_ANONYMOUS, MAP_FIXED, MAP_PRIVATE, MREMAP_FIXED, MREMAP_MAYMOVE } from './mmap-flags.ts';
import { mprotect } from './mprotect.ts';
import { mremap } from './mremap.ts';
import { munmap } from './munmap.ts';
import { PROT_EXEC, PROT_READ, PROT_WRITE } from './pte.ts';
import { readWord, writeWord } from './user-access.ts';

const BASE = 0x2000_0000;
const PAGES = 48;

/** What a page is: its protection and the word at its start. Absent: not mapped. */
type Model = Map<number, { prot: number; word: number }>;

type Step =
  | { kind: 'map'; page: number; count: number; prot: number }
  | { kind: 'unmap'; page: number; count: number }
  | { kind: 'protect'; page: number; count: number; prot: number }
  | { kind: 'move'; page: number; count: number; to: number; size: number }
  | { kind: 'resize'; page: number; count: number; size: number }
  | { kind: 'write'; page: number; word: number }
  | { kind: 'read'; page: number };

const page = fc.integer({ min: 0, max: PAGES - 1 });
const count = fc.integer({ min: 1, max: 12 });
const prot = fc.constantFrom(0, PROT_READ, PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE, PROT_READ | PROT_EXEC, 7);
const word = fc.integer({ min: 1, max: 0x7fff_ffff });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('map' as const), page, count, prot }),
  fc.record({ kind: fc.constant('unmap' as const), page, count }),
  fc.record({ kind: fc.constant('protect' as const), page, count, prot }),
  fc.record({ kind: fc.constant('move' as const), page, count, to: page, size: count }),
  fc.record({ kind: fc.constant('resize' as const), page, count, size: count }),
  fc.record({ kind: fc.constant('write' as const), page, word }),
  fc.record({ kind: fc.constant('write' as const), page, word }),
  fc.record({ kind: fc.constant('read' as const), page }),
);

const at = (index: number): number => BASE + index * 4096;

function covered(model: Model, first: number, size: number): boolean {
  for (let i = first; i < first + size; i++) if (!model.has(i)) return false;
  return true;
}

/** One VMA: pages of one protection. Pages of equal protection side by side are one VMA, as all are anonymous. */
function uniform(model: Model, first: number, size: number): boolean {
  const rights = model.get(first)?.prot;
  for (let i = first; i < first + size; i++) if (model.get(i)?.prot !== rights) return false;
  return true;
}

function apply(kernel: TestKernel, task: Task, model: Model, action: Step): void {
  switch (action.kind) {
    case 'map': {
      const flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
      const result = mmap(kernel, task, at(action.page), action.count * 4096, action.prot, flags, undefined, 0);
      expect(result).toBe(at(action.page));
      for (let i = 0; i < action.count; i++) model.set(action.page + i, { prot: action.prot, word: 0 });
      return;
    }
    case 'unmap':
      expect(munmap(kernel, task, at(action.page), action.count * 4096 - 100)).toBe(0);
      for (let i = 0; i < action.count; i++) model.delete(action.page + i);
      return;
    case 'protect': {
      const result = mprotect(kernel, task, at(action.page), action.count * 4096, action.prot);
      const whole = covered(model, action.page, action.count);
      expect(result).toBe(whole ? 0 : -12);
      for (let i = action.page; i < action.page + action.count && model.has(i); i++) model.get(i)!.prot = action.prot;
      return;
    }
    case 'move':
      applyMove(kernel, task, model, action);
      return;
    case 'resize':
      applyResize(kernel, task, model, action);
      return;
    case 'write': {
      const entry = model.get(action.page);
      const may = entry !== undefined && (entry.prot & PROT_WRITE) !== 0;
      expect(writeWord(kernel, task, at(action.page), action.word)).toBe(may);
      if (may) entry.word = action.word;
      return;
    }
    case 'read': {
      const entry = model.get(action.page);
      const may = entry !== undefined && entry.prot !== 0;
      expect(readWord(kernel, task, at(action.page))).toBe(may ? entry.word : undefined);
    }
  }
}

function applyMove(kernel: TestKernel, task: Task, model: Model, action: Step & { kind: 'move' }): void {
  const { page: from, count: size, to, size: wanted } = action;
  const flags = MREMAP_MAYMOVE | MREMAP_FIXED;
  const result = mremap(kernel, task, at(from), size * 4096, wanted * 4096, flags, at(to));
  if (!model.has(from)) {
    expect(result).toBe(-14);
    return;
  }
  if (from + size > to && to + wanted > from) {
    expect(result).toBe(-22);
    return;
  }
  const moved = Array.from({ length: size }, (_, i) => model.get(from + i));
  const rights = model.get(from)!.prot;
  // The target is cleared even if the move then fails.
  const whole = uniform(model, from, size);
  for (let i = 0; i < wanted; i++) model.delete(to + i);
  if (!whole) {
    expect(result).toBe(-14);
    return;
  }
  expect(result).toBe(at(to));
  for (let i = 0; i < size; i++) model.delete(from + i);
  for (let i = 0; i < wanted; i++) model.set(to + i, moved[i] ?? { prot: rights, word: 0 });
}

function applyResize(kernel: TestKernel, task: Task, model: Model, action: Step & { kind: 'resize' }): void {
  const { page: from, count: size, size: wanted } = action;
  const result = mremap(kernel, task, at(from), size * 4096, wanted * 4096, 0, 0);
  if (!model.has(from)) {
    expect(result).toBe(-14);
    return;
  }
  if (wanted <= size) {
    expect(result).toBe(at(from));
    for (let i = wanted; i < size; i++) model.delete(from + i);
    return;
  }
  if (!uniform(model, from, size)) {
    expect(result).toBe(-14);
    return;
  }
  for (let i = size; i < wanted; i++) {
    if (model.has(from + i)) {
      expect(result).toBe(-12);
      return;
    }
  }
  expect(result).toBe(at(from));
  const rights = model.get(from)!.prot;
  for (let i = size; i < wanted; i++) model.set(from + i, { prot: rights, word: 0 });
}

it('mmap, munmap, mprotect and mremap agree with a map of pages', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
      const kernel = testKernel({ frames: 512 });
      const task = testTask(kernel);
      const model: Model = new Map();
      for (const action of steps) apply(kernel, task, model, action);
      for (let i = 0; i < PAGES + 12; i++) {
        const entry = model.get(i);
        const may = entry !== undefined && entry.prot !== 0;
        expect(readWord(kernel, task, at(i))).toBe(may ? entry.word : undefined);
      }
      const code = task.mm!.vmas.reduce(
        (sum, vma) => sum + (vma.prot & PROT_EXEC ? (vma.end - vma.start) / 4096 : 0),
        0,
      );
      expect(code).toBe([...model.values()].filter((entry) => entry.prot & PROT_EXEC).length);
      expect(auditMemory(kernel)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
