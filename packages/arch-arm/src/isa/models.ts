import type { CpuModel } from '@kml/core';
import { arm926 } from './models/arm926.ts';
import { cortexA8 } from './models/cortex-a8.ts';
import { cortexA9 } from './models/cortex-a9.ts';

/** CPU models; the first is the default. All execute ARMv7-A; they differ in what things cost. */
export const cpuModels: readonly CpuModel[] = [cortexA9, cortexA8, arm926];
