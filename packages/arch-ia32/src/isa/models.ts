import type { CpuModel } from '@kml/core';
import { pentium3 } from './models/pentium3.ts';
import { pentium4 } from './models/pentium4.ts';
import { xeonModel } from './xeon-model.ts';

/** CPU models; the first is the default. */
export const cpuModels: readonly CpuModel[] = [pentium4, pentium3, xeonModel];
