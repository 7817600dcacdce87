export {
  type AccessObserver,
  emptyLoop,
  findOptimisation,
  INSTRUCTION_CLASSES,
  type InstructionClass,
  type InstructionMix,
  OPTIMISATION_NAMES,
  type OptimisationName,
  optimisationLabel,
  optimisationMeaning,
  type TrapEvent,
  UnsaveableError,
} from '@kml/core';
export type { EntryWay, HostConsole, HostDirectory, HostEntropy, HostLog, SyscallEvent } from '@kml/kernel';
export { findUnsaveable } from '@kml/kernel';
export { archModule, createContainer, registryWith, standardRegistry } from './container.ts';
export { type ArchDescription, describeArch } from './describe-arch.ts';
export { type CpuDescription, describeCpus } from './describe-cpu.ts';
export type { ElfDescription } from './describe-elf.ts';
export { describe as describeElf } from './describe-standard.ts';
export { archOfElf, archOfProgram, type GuestView, takesElf } from './detect-arch.ts';
export { type BlockStages, explainProgram, type InstructionStages, type ProgramExplanation } from './explain.ts';
export { createMachine, Machine } from './machine.ts';
export { MachineError } from './machine-error.ts';
export { type MemoryFile, memoryDirectory } from './memory-directory.ts';
export type { CodeStore, KeptCode, MachineOptions, ProgramOptions, RunLimits, RunResult } from './options.ts';
export { type ArchPlugin, ArchRegistry, TArchPlugin, TArchRegistry } from './plugin.ts';
export type { Profile, ProfileFrame, ProfileStack, ProfileWeights } from './profile/profile.ts';
export { type RestoredMachine, type RestoreOptions, restoreMachine } from './save/restore-machine.ts';
export {
  SAVE_FORMAT,
  type SavedDirectory,
  type SavedMachine,
  type SavedPart,
  type SavedTask,
  type SaveHeader,
} from './save/saved-machine.ts';
export type { MachineStats } from './stats.ts';
