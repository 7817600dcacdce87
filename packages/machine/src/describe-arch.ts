import { syscallRows } from '@kml/kernel';
import type { ArchPlugin } from './plugin.ts';

/** What an architecture offers. */
export interface ArchDescription {
  readonly name: string;
  /** Name of the ABI, and uname's machine field. */
  readonly abi: string;
  readonly machine: string;
  readonly byteOrder: 'little' | 'big';
  readonly cpuModels: readonly { readonly name: string; readonly title: string; readonly clockHz: number }[];
  /** Forms in the decode tables. */
  readonly instructions: number;
  /** Numbers of the ABI: how many are there, and how far they go. */
  readonly syscalls: {
    readonly numbers: number;
    readonly full: number;
    readonly partial: number;
    /** Only answer. */
    readonly stub: number;
    /** ENOSYS. */
    readonly missing: number;
  };
}

export function describeArch({ name, isa, abi }: ArchPlugin): ArchDescription {
  return {
    name,
    abi: abi.name,
    machine: abi.machine,
    byteOrder: isa.byteOrder,
    cpuModels: isa.cpuModels.map(({ name, title, clockHz }) => ({ name, title, clockHz })),
    instructions: isa.instructions.length,
    syscalls: countSyscalls(abi),
  };
}

function countSyscalls(abi: ArchPlugin['abi']): ArchDescription['syscalls'] {
  const rows = syscallRows(abi);
  const counts = { numbers: 0, full: 0, partial: 0, stub: 0, missing: 0 };
  for (const number of abi.syscallNumbers.keys()) {
    counts.numbers++;
    counts[rows[number]?.status.level ?? 'missing']++;
  }
  return counts;
}
