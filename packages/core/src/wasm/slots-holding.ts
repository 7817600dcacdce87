import type { BlockCode } from './block-code.ts';
import type { SlotTable } from './slots.ts';

/** The 32-bit slots whose locals hold a value before statement `at` of a block. */
export function slotsHolding(code: BlockCode, value: number, at: number, slots: SlotTable): number[] {
  const holders = new Set<number>();
  for (const [slot, entry] of code.entries) if (entry === value) holders.add(slot);
  for (let i = 0; i < at; i++) {
    const { kind, imm, dead, a } = code.statements[i]!;
    if (kind !== 'set' || dead) continue;
    if (a === value) holders.add(imm);
    else holders.delete(imm);
  }
  return [...holders].filter(
    (slot) => slots.type[slot] === 'i32' && !slots.deferred[slot] && !slots.transient[slot] && slot !== slots.pc,
  );
}
