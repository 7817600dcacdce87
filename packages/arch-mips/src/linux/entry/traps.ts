import { count, kernelStatus, saveAll, stackInUse } from './macros.ts';

/**
 * Exceptions and interrupts. Linux 6.1 arch/mips/kernel/genex.S
 *
 * Interrupts stay off until the kernel call. Accesses that are not aligned are carried out by the
 * kernel where it can (KC_UNALIGNED answers so in V0). A frame of the kernel's own code lies right below
 * the SP that it has (frame.ts: frameFromUser).
 */
export const TRAPS = `
handle_exception:${saveAll('exc')}${count('ENTRIES_FAULT')}${kernelStatus('off')}
  move a0, sp
exception_call:
  kernelcall KC_EXCEPTION
ret_from_exception:
  lw t0, PT_R29(sp)
  addiu t1, sp, PT_SIZE
  bne t0, t1, syscall_exit
  lw t0, PT_STATUS(sp)
  andi t0, t0, STATUS_USER
  beqz t0, restore_all
  nop
  b syscall_exit
  nop

handle_ade:${saveAll('ade')}${count('ENTRIES_FAULT')}${kernelStatus('off')}
  move a0, sp
  kernelcall KC_UNALIGNED
  beqz v0, exception_call
  nop
  b ret_from_exception
  nop

# The timer is interrupt 7; the lines of devices share the others.
handle_int:${saveAll('int')}${count('ENTRIES_INTERRUPT')}${kernelStatus('off')}
  move a0, sp
  lw a1, PT_CAUSE(sp)
  srl a1, a1, 15
  andi a1, a1, 1
  xori a1, a1, 1
  kernelcall KC_INTERRUPT
  b ret_from_exception
  nop
${['exc', 'ade', 'int'].map(stackInUse).join('')}
`;
