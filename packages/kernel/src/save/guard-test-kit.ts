import { expect, onTestFinished } from 'vitest';
import type { Kernel } from '../kernel.ts';
import { findUnsaveable } from './unsaveable.ts';

/** When the present test is over, its kernel's state must be plain data, whatever the test did to it. */
export function guardState(kernel: Kernel): void {
  onTestFinished(() => {
    expect(findUnsaveable(kernel), 'kernel state is plain data, so that a machine can be saved').toEqual([]);
  });
}
