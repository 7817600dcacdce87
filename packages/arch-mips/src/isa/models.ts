import type { CpuModel } from '@kml/core';
import { mips4kc } from './models/mips-4kc.ts';
import { mips24kf } from './models/mips-24kf.ts';

/** CPU models; the first is the default. */
export const cpuModels: readonly CpuModel[] = [mips24kf, mips4kc];
