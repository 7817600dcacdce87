/** Pieces of assembly text that several entry paths share. */

/**
 * Makes a frame at r11, the register values being in place but for r10 and r11 (in SPRG0 and SPRG1) and
 * CR (in the frame already); r10 is the trap number. Then r1 is the frame's and r2 the current
 * thread_info.
 */
export const SAVE_REGISTERS = `
  stw r1, 0(r11)
  stw r0, PT_R0(r11)
  stw r1, PT_R1(r11)
  stw r2, PT_R2(r11)
  stmw r3, PT_R3(r11)
  stw r10, PT_TRAP(r11)
  stw r3, PT_ORIGR3(r11)
  mr r1, r11
  mfsprg0 r10
  mfsprg1 r11
  stw r10, PT_R10(r1)
  stw r11, PT_R11(r1)
  mfsrr0 r10
  mfsrr1 r11
  stw r10, PT_NIP(r1)
  stw r11, PT_MSR(r1)
  mfctr r10
  mflr r11
  stw r10, PT_CTR(r1)
  stw r11, PT_LINK(r1)
  mfxer r10
  li r11, 0
  stw r10, PT_XER(r1)
  stw r11, PT_MQ(r1)
  stw r11, PT_RESULT(r1)
  mfsprg3 r2`;

/** Notes the address and cause registers of a storage or alignment interrupt. */
export const SAVE_FAULT = `
  mfdar r10
  mfdsisr r11
  stw r10, PT_DAR(r1)
  stw r11, PT_DSISR(r1)`;

/** Undoes the frame at r1 and goes back to where it came from. Nothing in it can fault. */
export const RESTORE_AND_RETURN = `
  lwz r10, PT_NIP(r1)
  lwz r11, PT_MSR(r1)
  mtsrr0 r10
  mtsrr1 r11
  lwz r10, PT_CTR(r1)
  lwz r11, PT_LINK(r1)
  mtctr r10
  mtlr r11
  lwz r10, PT_XER(r1)
  lwz r11, PT_CCR(r1)
  mtxer r10
  mtcr r11
  lwz r0, PT_R0(r1)
  lwz r2, PT_R2(r1)
  lmw r3, PT_R3(r1)
  lwz r1, PT_R1(r1)
  rfi`;

/** Counts a way into the kernel. Uses r10 and r11. */
export const count = (counter: string): string => `
  lis r11, KERNEL_DATA@h
  lwz r10, ${counter}(r11)
  addi r10, r10, 1
  stw r10, ${counter}(r11)`;

/** Enables or disables external interrupts. Uses r10. */
export const ENABLE_INTERRUPTS = `
  mfmsr r10
  ori r10, r10, MSR_EE
  mtmsr r10`;
export const DISABLE_INTERRUPTS = `
  mfmsr r10
  rlwinm r10, r10, 0, 17, 15
  mtmsr r10`;
