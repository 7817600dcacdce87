/**
 * Classes that every ISA's instructions fall into, for counting them.
 * - `alu`: integer arithmetic, logic, shifts, comparisons, moves between registers
 * - `aluMemory`: those that access memory as well (IA-32: `add eax, [ebx]`, `movs`)
 * - `load`, `store`: nothing but moves between memory and general registers, push and pop included
 * - `branch`: jumps, conditional or not
 * - `call`: calls and returns
 * - `multiply`: integer multiplication and division
 * - `float`: scalar floating point, its loads, stores and comparisons included
 * - `simd`: vectors, their loads and stores included
 * - `system`: traps, returns from them, control registers, barriers, cache and TLB maintenance
 * - `other`: hints, and what is no instruction
 */
export const INSTRUCTION_CLASSES = [
  'alu',
  'aluMemory',
  'load',
  'store',
  'branch',
  'call',
  'multiply',
  'float',
  'simd',
  'system',
  'other',
] as const;

export type InstructionClass = (typeof INSTRUCTION_CLASSES)[number];

/** Instructions by class. */
export type InstructionMix = Readonly<Record<InstructionClass, number>>;
