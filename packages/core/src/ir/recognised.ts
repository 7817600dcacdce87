import type { RecognisedTrap } from '../isa-backend.ts';
import type { BlockBuilder } from './builder.ts';

/**
 * Ends the block with a recognised trap: leaves `back`, where the program goes on (with the ISA's bits
 * below the alignment), in the task's word, and goes to the entry.
 * @param cycles what it costs in place of the trap
 */
export function endRecognised(b: BlockBuilder, trap: RecognisedTrap, back: number, cycles: number): void {
  b.setCycles(cycles);
  const words = b.load32(b.const(trap.task));
  b.store32(b.add(words, b.const(trap.offset)), b.const(back));
  b.endWith({ kind: 'jump', target: trap.entry });
}
