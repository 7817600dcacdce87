import type { CpuModel } from '@kml/core';
import { e300 } from './models/e300.ts';
import { ppc603e } from './models/ppc-603e.ts';
import { ppc750 } from './models/ppc-750.ts';

/** CPU models; the first is the default. */
export const cpuModels: readonly CpuModel[] = [ppc750, ppc603e, e300];
