import { count, kernelStatus, RESTORE_STATIC, SAVE_STATIC, saveSome, stackInUse } from './macros.ts';

/**
 * `syscall`: number in V0, arguments in A0 to A3 and from 16(SP) up; result in V0, and in A3 whether
 * it is an error number. A stack argument that cannot be read is 0, a stack pointer in the kernel's
 * half gives EFAULT. EPC goes on behind the instruction. Linux 6.1 arch/mips/kernel/scall32-o32.S: handle_sys
 */
export const SYSTEM_CALL = `
handle_sys:${saveSome('sys')}${count('ENTRIES_TRAP')}${kernelStatus('on')}
  lw t0, PT_CAUSE(sp)
  lw t1, PT_EPC(sp)
  bltz t0, sys_in_slot
  addiu t1, t1, 4
  sw t1, PT_EPC(sp)
sys_arguments:
  sw a3, PT_R26(sp)
  lw t0, PT_R29(sp)
  addiu t4, t0, 32
  or t4, t4, t0
  bltz t4, sys_bad_stack
  nop
load_a4:
  lw t5, 16(t0)
load_a5:
  lw t6, 20(t0)
load_a6:
  lw t7, 24(t0)
load_a7:
  lw t8, 28(t0)
loads_done:
  sw t5, PT_ARG4(sp)
  sw t6, PT_ARG5(sp)
  sw t7, PT_ARG6(sp)
  sw t8, PT_ARG7(sp)
  lw t0, TI_FLAGS(gp)
  andi t0, t0, TIF_TRACE
  bnez t0, sys_trace
  nop
syscall_call:
  addiu t0, v0, -SYSCALL_BASE
  sltiu t1, t0, NR_SYSCALLS
  beqz t1, sys_illegal
  sll t0, t0, 2
  lui t1, %hi(SYS_CALL_TABLE)
  addu t1, t1, t0
  lw t2, %lo(SYS_CALL_TABLE)(t1)
  jalr t2
  nop
  li t0, -EMAXERRNO - 1
  sltu t0, t0, v0
  sw t0, PT_R7(sp)
  bnez t0, sys_failed
  nop
sys_result:
  sw v0, PT_R2(sp)
syscall_exit_partial:${kernelStatus('off')}
  lw t0, TI_FLAGS(gp)
  andi t0, t0, WORK_MASK
  beqz t0, restore_partial
  nop${SAVE_STATIC}
  b exit_work
  nop

# The number is kept for a call that is to be executed again.
sys_failed:
  lw t1, PT_R2(sp)
  negu v0, v0
  sw t1, PT_R0(sp)
  b sys_result
  nop

sys_illegal:
  li v0, ENOSYS
  li t0, 1
  sw t0, PT_R7(sp)
  b sys_result
  nop

sys_bad_stack:
  li v0, EFAULT
  li t0, 1
  sw t0, PT_R7(sp)
  b sys_result
  nop

bad_stack_a4:
  b load_a5
  li t5, 0
bad_stack_a5:
  b load_a6
  li t6, 0
bad_stack_a6:
  b load_a7
  li t7, 0
bad_stack_a7:
  b loads_done
  li t8, 0

# In a delay slot: goes on where the branch goes.
sys_in_slot:
  kernelcall KC_SKIP_SLOT
  b sys_arguments
  nop

sys_trace:${SAVE_STATIC}
  move a0, sp
  kernelcall KC_SYSCALL_TRACE${RESTORE_STATIC}
  lw v0, PT_R2(sp)
  lw a0, PT_R4(sp)
  lw a1, PT_R5(sp)
  lw a2, PT_R6(sp)
  lw a3, PT_R7(sp)
  b syscall_call
  nop
${stackInUse('sys')}
`;
