import { assemble } from '../asm/assembler.ts';
import { KML_CALL, VECTORS } from '../layout.ts';
import { entryLabel } from './kernel-text.ts';

/** Entries in the order of the vectors. ARM ARM table B1-3 */
const TARGETS = [
  'entry_bad',
  'entry_und',
  'entry_svc',
  'entry_pabt',
  'entry_dabt',
  'entry_bad',
  'entry_irq',
  'entry_bad',
];

/**
 * The vectors page: the exception vectors, the gate of the direct call, and what user code may call at
 * fixed addresses. Linux 6.1 Documentation/arm/kernel_user_helpers.rst
 */
const SOURCE = `
${TARGETS.map((_, n) => `  ldr pc, target_${n}\n`).join('')}
${TARGETS.map((label, n) => `target_${n}:\n  .long ${entryLabel(label)}\n`).join('')}
  .org ${KML_CALL}
__kuser_kml_call:
  ldr pc, target_kml
target_kml:
  .long ${entryLabel('kml_call')}

@ r0: old value, r1: new value, r2: address, all of 8 bytes, the values in memory. r0 := 0 and C where stored.
  .org 0xffff0f60
__kuser_cmpxchg64:
  push {r4-r7}
  dmb
  ldrd r4, r5, [r0]
  ldrd r6, r7, [r1]
cmpxchg64_again:
  ldrexd r0, r1, [r2]
  eors r3, r0, r4
  eorseq r3, r1, r5
  strexdeq r3, r6, r7, [r2]
  cmpeq r3, #1
  beq cmpxchg64_again
  dmb
  rsbs r0, r3, #0
  pop {r4-r7}
  bx lr

  .org 0xffff0fa0
__kuser_memory_barrier:
  dmb
  bx lr

@ r0: old value, r1: new value, r2: address. r0 := 0 and C where stored.
  .org 0xffff0fc0
__kuser_cmpxchg:
  dmb
cmpxchg_again:
  ldrex r3, [r2]
  subs r3, r3, r0
  strexeq r3, r1, [r2]
  cmpeq r3, #1
  beq cmpxchg_again
  rsbs r0, r3, #0
  b __kuser_memory_barrier

  .org 0xffff0fe0
__kuser_get_tls:
  mrc p15, 0, r0, c13, c0, 3
  bx lr

  .org 0xffff0ffc
__kuser_helper_version:
  .long 5
`;

/** The page, with its labels for symbols. */
export const VECTORS_PAGE = assemble(SOURCE, VECTORS, new Map());
