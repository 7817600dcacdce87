import { count } from './macros.ts';

/**
 * Where the stubs of rewritten traps arrive (rewrite.ts): the registers are those of `sc`, R11 says where
 * the program goes on, and LR is the program's. As `kml_call`, but the frame's NIP is behind the site, so
 * that a call that is restarted executes the site again; a traced task's call goes on as by the trap.
 */
export const REWRITTEN = `
kml_rewritten:
  mfsprg2 r9
  mr r10, r1
  addi r1, r9, -FRAME_BYTES
  stw r10, 0(r1)
  stw r10, PT_R1(r1)
  stw r0, PT_R0(r1)
  stw r2, PT_R2(r1)
  stmw r3, PT_R3(r1)
  stw r3, PT_ORIGR3(r1)
  stw r11, PT_NIP(r1)
  mfcr r9
  mflr r10
  mfxer r11
  mfmsr r12
  rlwinm r9, r9, 0, 4, 2
  stw r9, PT_CCR(r1)
  stw r10, PT_LINK(r1)
  stw r11, PT_XER(r1)
  stw r12, PT_MSR(r1)
  mfctr r9
  li r10, 0
  li r11, TRAP_SYSCALL
  stw r9, PT_CTR(r1)
  stw r10, PT_MQ(r1)
  stw r10, PT_RESULT(r1)
  stw r11, PT_TRAP(r1)
  mfsprg3 r2${count('ENTRIES_DIRECT')}
  lwz r10, ENTRIES_REWRITTEN(r11)
  addi r10, r10, 1
  stw r10, ENTRIES_REWRITTEN(r11)
  lwz r9, TI_FLAGS(r2)
  andi. r9, r9, TIF_TRACED
  bne rewritten_traced
  cmplwi r0, NR_SYSCALLS
  bge rewritten_bad
  lis r11, SYS_CALL_TABLE@ha
  slwi r12, r0, 2
  addi r11, r11, SYS_CALL_TABLE@l
  lwzx r12, r11, r12
  mtctr r12
  bctrl
rewritten_result:
  lwz r9, TI_FLAGS(r2)
  lwz r10, PT_TRAP(r1)
  andi. r9, r9, WORK_MASK
  bne kml_full
  cmpwi r10, TRAP_SYSCALL
  bne kml_full
  lwz r9, PT_CCR(r1)
  li r10, -4095
  cmplw r3, r10
  blt rewritten_leave
  neg r3, r3
  oris r9, r9, 0x1000
rewritten_leave:
  lwz r10, PT_LINK(r1)
  lwz r11, PT_XER(r1)
  lwz r12, PT_NIP(r1)
  mtcr r9
  mtlr r10
  mtxer r11
  mtctr r12
  lwz r2, PT_R2(r1)
  lwz r1, PT_R1(r1)
  bctr

rewritten_bad:
  li r3, -ENOSYS
  b rewritten_result

rewritten_traced:${count('ENTRIES_DIRECT_FULL')}
  b system_call_trace
`;
