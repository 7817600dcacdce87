export { INSTRUCTION_CLASSES, type InstructionClass, type InstructionMix } from '@kml/machine';
export type { Case, Claims, Start } from './case.ts';
export { compare } from './compare.ts';
export {
  COMPARISON_FORMAT,
  type Comparison,
  type ComparisonCpu,
  type ComparisonHost,
  type ComparisonMode,
  type ComparisonRow,
  type ComparisonWorkload,
  type EntryPath,
  type KernelEntries,
  type Measures,
  type WorkloadGroup,
} from './comparison.ts';
export { ComparisonError } from './comparison-error.ts';
export { csvOf } from './csv.ts';
export { GuestRoots } from './guest-root.ts';
export { combinations, planWorkloads, type Selection, type Where, workloadsNamed } from './plan.ts';
export type { ComparisonPorts, OutputHash } from './ports.ts';
export { type ProgramCall, planPrograms, UNITS, type UserProgram } from './programs.ts';
export type { RunSettings } from './run-case.ts';
export { sectionsOf, type TableSection } from './table.ts';
export type { Workload } from './workload.ts';
export { WORKLOADS } from './workloads.ts';
