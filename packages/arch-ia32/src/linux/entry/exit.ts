import { compareSegments, POP_REGISTERS, testWork } from './macros.ts';

/**
 * The way back to user code, with the frame on top of the kernel stack: work first, then the frame is
 * undone by IRET, or for a kernel-mode user process by POPF and RET on its own stack.
 * KML arch/x86/kernel/entry_32.S: syscall_exit, restore_all, ret_to_ku
 */
export const EXIT = `
ret_from_fork:
  kernelcall KC_SCHEDULE_TAIL
syscall_exit:
  cli${testWork('exit_work')}
restore_all:
  test dword [esp + PT_CS], KU_CS_MASK
  jnz ret_to_ku${compareSegments('reload_segments')}
restore_registers:${POP_REGISTERS}
  add esp, 20
restore_iret:
  iret
; CS or SS of the frame will not do (sigreturn): the frame is made whole again, as of an exception.
restore_iret_fault:
  push 0
  push VECTOR_IRET
  jmp exception

exit_work:
  mov eax, esp
  kernelcall KC_EXIT_WORK
  jmp syscall_exit

; A selector in the frame need not be valid any more (set_thread_area, sigreturn): it becomes null.
reload_segments:
reload_gs:
  mov gs, [esp + PT_GS]
reload_fs:
  mov fs, [esp + PT_FS]
reload_es:
  mov es, [esp + PT_ES]
reload_ds:
  mov ds, [esp + PT_DS]
reload_end:
  test dword [esp + PT_CS], KU_CS_MASK
  jz restore_registers
  jmp ku_restore
${['GS', 'FS', 'ES', 'DS']
  .map(
    (name) => `
reload_${name.toLowerCase()}_fault:
  mov dword [esp + PT_${name}], 0
  jmp reload_segments`,
  )
  .join('')}

; EIP and EFLAGS go onto the user's stack; the frame stays whole until nothing can fault any more.
ret_to_ku:${compareSegments('reload_segments')}
ku_restore:
  mov eax, [esp + PT_ESP]
  mov ecx, [esp + PT_EIP]
  mov edx, [esp + PT_EFLAGS]
  test edx, KU_IRET_FLAGS
  jnz ku_iret
ku_store:
  mov ss:[eax - 4], ecx
  mov ss:[eax - 8], edx
ku_store_end:
  sub eax, 8
  mov [esp + PT_ESP], eax${POP_REGISTERS}
  mov esp, [esp + 32]
  popf
  ret

ku_iret:
  push 2
  popf
ku_store_iret:
  mov ss:[eax - 4], edx
  mov dword ss:[eax - 8], KERNEL_CS
  mov ss:[eax - 12], ecx
ku_store_iret_end:
  sub eax, 12
  mov [esp + PT_ESP], eax${POP_REGISTERS}
  mov esp, [esp + 32]
  iret

; The user's stack cannot be written: a page fault of the program's, at CR2.
ku_store_fault:
  mov eax, esp
  mov ecx, VECTOR_PF
  mov edx, PF_WRITE + PF_USER
  kernelcall KC_EXCEPTION
  jmp syscall_exit

idle:
  sti
  kernelcall KC_IDLE
  jmp idle
`;
