import { fastCall } from './direct-call.ts';
import { count } from './macros.ts';

/**
 * Where the stubs of rewritten SYSCALLs arrive (rewrite.ts): the registers are those of SYSCALL, T8 is the
 * stub's tail: a SYSCALL, the way back behind it, and the address that leads to. As `kml_call`, but RA is
 * the program's and stays, and where a frame is made it stands behind the site. Calls that need a whole
 * frame, and those of a traced task, execute the tail.
 */
export const REWRITTEN = `
kml_rewritten:
  lw t9, 12(t8)
  addiu t0, v0, -SYSCALL_BASE
  sltiu t1, t0, NR_SYSCALLS
  beqz t1, rewritten_bad
  sll t0, t0, 2
  lui t1, %hi(KML_CALL_TABLE)
  addu t1, t1, t0
  lw t1, %lo(KML_CALL_TABLE)(t1)
  lui t2, %hi(kml_special)
  addiu t2, t2, %lo(kml_special)
  beq t1, t2, rewritten_special
  lui t1, %hi(CURRENT)
  lw t1, %lo(CURRENT)(t1)
  lw t1, TI_FLAGS(t1)
  andi t1, t1, TIF_TRACED
  bnez t1, rewritten_special
  nop
${fastCall({
  name: 'rewritten',
  save: '\n  sw t9, PT_R25(sp)',
  counts: count('ENTRIES_DIRECT') + count('ENTRIES_REWRITTEN'),
  full: 'ENTRIES_DIRECT_FULL',
  restore: '\n  lw t9, PT_R25(sp)',
  back: `
  jr t9
  nop`,
  epc: '\n  lw t0, PT_R25(sp)',
})}
# Counted as a direct call, not as the trap it goes on by.
rewritten_special:${count('ENTRIES_DIRECT')}${count('ENTRIES_REWRITTEN')}${count('ENTRIES_DIRECT_FULL')}
  lui t1, %hi(ENTRIES_TRAP)
  lw t0, %lo(ENTRIES_TRAP)(t1)
  addiu t0, t0, -1
  sw t0, %lo(ENTRIES_TRAP)(t1)
  jr t8
  nop

rewritten_bad:${count('ENTRIES_DIRECT')}${count('ENTRIES_REWRITTEN')}
  li v0, ENOSYS
  li a3, 1
  jr t9
  nop
`;
