import { callCode, LEAVE_BY_CTR } from './direct-call.ts';
import { count } from './macros.ts';

/**
 * Where the stubs of rewritten traps arrive (rewrite.ts): the registers are those of `sc`, R11 says where
 * the program goes on, and LR is the program's. As `kml_call`, but the frame's NIP is behind the site, so
 * that a call that is restarted executes the site again; a traced task's call goes on as by the trap.
 */
export const REWRITTEN = callCode({
  label: 'rewritten',
  begin: '\nkml_rewritten:',
  earlyNip: '\n  stw r11, PT_NIP(r1)',
  counts: `${count('ENTRIES_DIRECT')}
  lwz r10, ENTRIES_REWRITTEN(r11)
  addi r10, r10, 1
  stw r10, ENTRIES_REWRITTEN(r11)`,
  full: 'ENTRIES_DIRECT_FULL',
  trace: `
  lwz r9, TI_FLAGS(r2)
  andi. r9, r9, TIF_TRACED
  bne rewritten_trace`,
  leave: LEAVE_BY_CTR,
});
