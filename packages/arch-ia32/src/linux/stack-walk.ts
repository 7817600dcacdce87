import type { StackWalk } from '@kml/kernel';

const ESP = 4;
const EBP = 5;

/** DWARF columns of IA-32. System V ABI, Intel386 supplement, 2.5 */
export const stackWalk: StackWalk = {
  columns: new Map(
    ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi', 'pc'].map((name, column) => [column, name]),
  ),
  stackPointer: ESP,

  /** The chain of frames by EBP, where it can be one. */
  outer(registers, { read }) {
    const frame = registers.get(EBP)! >>> 0;
    if (frame < registers.get(ESP)! >>> 0) return undefined;
    const previous = read(frame);
    const back = read(frame + 4);
    if (previous === undefined || back === undefined) return undefined;
    registers.set(EBP, previous);
    registers.set(ESP, (frame + 8) | 0);
    return back;
  },
};
