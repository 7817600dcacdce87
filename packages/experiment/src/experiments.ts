import type { Experiment } from './experiment.ts';
import { lj2003 } from './lj2003/experiment.ts';
import { lupine } from './lupine/experiment.ts';

/** All experiments, by age of what they repeat. */
export const EXPERIMENTS: readonly Experiment[] = [lj2003, lupine];
