import { floatingPoint } from './fx.ts';
import type { StateHook } from './generate.ts';

/** Families of rows that need more state than the general registers. */
export const hooks: readonly StateHook[] = [floatingPoint];
