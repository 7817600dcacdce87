import { chooseFast, dispatch, fastCall, RESTORE_ARGUMENTS } from './direct-call.ts';
import { count } from './macros.ts';

const WAY = chooseFast('rewritten');

/**
 * Where the stubs of rewritten SYSCALLs arrive (rewrite.ts): the registers are those of SYSCALL, T8 is the
 * stub's tail: a SYSCALL, the way back behind it, and the address that leads to. As `kml_call`, but RA is
 * the program's and stays, and where a frame is made it stands behind the site. Calls that need a whole
 * frame, and those of a traced task, execute the tail.
 */
export const REWRITTEN = `
kml_rewritten:
  lw t9, 12(t8)
  lui t4, %hi(CURRENT)
  lw t4, %lo(CURRENT)(t4)
  lw t4, TI_FLAGS(t4)
  andi t4, t4, TIF_TRACED
  bnez t4, rewritten_special${dispatch('rewritten_bad')}${WAY.inLine}
${fastCall({
  name: 'rewritten',
  save: '\n  sw t9, PT_R25(sp)',
  counts: ['ENTRIES_DIRECT', 'ENTRIES_REWRITTEN'],
  full: 'ENTRIES_DIRECT_FULL',
  restore: `${RESTORE_ARGUMENTS}\n  lw t9, PT_R25(sp)`,
  back: 't9',
  epc: '\n  lw t0, PT_R25(sp)',
})}
${WAY.apart}
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
