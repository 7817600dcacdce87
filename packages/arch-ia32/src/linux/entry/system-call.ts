import { SAVE_ALL, userSegments } from './macros.ts';

/**
 * `int 0x80`: by interrupt gate, so with interrupts disabled. From CPL 3 the CPU has switched to the
 * kernel stack; from a kernel-mode user process it has not, and the frame is moved.
 * KML arch/x86/kernel/entry_32.S: system_call; Linux 6.1 arch/x86/entry/entry_32.S: entry_INT80_32
 */
export const SYSTEM_CALL = `
entry_int80:
  cmp esp, TASK_SIZE
  jb int80_ku
  push eax
int80_frame:${SAVE_ALL}
  add dword ss:[ENTRIES_TRAP], 1
syscall_entered:${userSegments('syscall_segments')}
  sti
  mov ecx, ss:[CURRENT]
  test dword ss:[ecx], TIF_TRACE
  jnz syscall_trace
syscall_call:
  cmp eax, NR_SYSCALLS
  jae syscall_bad
  call ss:[SYS_CALL_TABLE + eax*4]
syscall_result:
  mov [esp + PT_EAX], eax
  jmp syscall_exit

syscall_bad:
  mov eax, MINUS_ENOSYS
  jmp syscall_result

; A tracer that makes the number another than a call's leaves the result to stand.
syscall_trace:
  mov dword [esp + PT_EAX], MINUS_ENOSYS
  mov eax, esp
  kernelcall KC_SYSCALL_TRACE
  mov eax, [esp + PT_ORIG_EAX]
  cmp eax, NR_SYSCALLS
  jb syscall_call
  jmp syscall_exit

; The hardware frame (eip, cs, eflags) lies on the user's stack.
int80_ku:
  mov ss:[SCRATCH], eax
  mov eax, esp
  mov esp, ss:[STACK_TOP]
  push KERNEL_DS
  add eax, 12
  push eax
  push dword ss:[eax - 4]
  push KU_CS_EXCEPTION
  push dword ss:[eax - 12]
  mov eax, ss:[SCRATCH]
  push eax
  jmp int80_frame
`;
