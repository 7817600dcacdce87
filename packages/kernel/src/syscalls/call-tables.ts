/** What the kernel knows of an ABI's system calls, by number. */
import type { SteadyCall } from '@kml/core';
import type { LinuxAbi } from '../linux-abi.ts';
import type { CallPlan } from './call-plan.ts';
import type { SyscallDef } from './define.ts';
import { steadyCalls } from './steady.ts';
import { syscallTable } from './table.ts';

export interface CallTables {
  /** The rows, from the ABI's numbers and all tables. */
  readonly syscalls: readonly (SyscallDef | undefined)[];
  /** What the engine knows of calls whose answer holds until the kernel runs again. */
  readonly steady: readonly (SteadyCall | undefined)[];
  /** How the calls made so far read their arguments (callPlan). */
  readonly plans: (CallPlan | undefined)[];
}

interface Made {
  readonly abi: LinuxAbi;
  readonly work: Readonly<Record<string, number>> | undefined;
  readonly scale: number | undefined;
  readonly tables: CallTables;
}

/** By the ABI's name, those of the CPU model that was asked for last. */
const made = new Map<string, Made>();

/**
 * The tables of this ABI on a CPU model with these costs. Kernels share them, and the start-up snapshot has them: to make them
 * takes a short run longer than most of its system calls.
 */
export function callTables(abi: LinuxAbi, work: Made['work'], scale: Made['scale']): CallTables {
  const known = made.get(abi.name);
  if (known?.abi === abi && known.work === work && known.scale === scale) return known.tables;
  const syscalls = syscallTable(abi, work, scale);
  const tables = { syscalls, steady: steadyCalls(abi, syscalls), plans: [] };
  made.set(abi.name, { abi, work, scale, tables });
  return tables;
}
