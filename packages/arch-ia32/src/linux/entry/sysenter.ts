import { compareSegments, SAVE_ALL, testWork, userSegments } from './macros.ts';

/**
 * `sysenter` from the vDSO: EBP points at the user's stack, where the sixth argument lies; the return
 * is to the landing pad behind the vDSO's `int 0x80`. A kernel-mode user process that comes this
 * way (it is not sent here) goes back at kernel privilege, where KML 4.0 would demote it.
 * Linux 6.1 arch/x86/entry/entry_32.S: entry_SYSENTER_32
 */
export const SYSENTER = `
entry_sysenter:
  mov esp, ss:[STACK_TOP]
  push USER_DS
  push ebp
  pushf
  or dword [esp], FLAG_IF
  push USER_CS
  push dword ss:[LANDING_PAD]
  push eax${SAVE_ALL}
  add dword ss:[ENTRIES_FAST], 1${userSegments('sysenter_segments')}
  test dword [esp + PT_EFLAGS], FLAG_NT + FLAG_TF
  jnz sysenter_flags
sysenter_flags_clear:
  cmp dword ss:[KERNEL_MODE], 0
  jne sysenter_ku
sysenter_argument:
  cmp ebp, TASK_SIZE - 4
  ja sysenter_fault
sysenter_read:
  mov ecx, ss:[ebp]
sysenter_read_end:
  mov [esp + PT_EBP], ecx
  sti
  mov ecx, ss:[CURRENT]
  test dword ss:[ecx], TIF_TRACE
  jnz syscall_trace
  cmp eax, NR_SYSCALLS
  jae syscall_bad
  call ss:[SYS_CALL_TABLE + eax*4]
  mov [esp + PT_EAX], eax
  cli${testWork('exit_work')}
  mov ecx, [esp + PT_EIP]
  xor ecx, ss:[LANDING_PAD]
  mov edx, [esp + PT_CS]
  xor edx, USER_CS
  or ecx, edx
  mov edx, [esp + PT_EFLAGS]
  and edx, FLAG_TF
  or ecx, edx
  jnz restore_all${compareSegments('restore_all')}
  mov edx, [esp + PT_EIP]
  mov ecx, [esp + PT_ESP]
  pop ebx
  add esp, 8
  pop esi
  pop edi
  pop ebp
  pop eax
  add esp, 28
  and dword [esp], 0xffffffff - FLAG_IF
  popf
  sti
  sysexit

sysenter_fault:
  mov eax, MINUS_EFAULT
  jmp syscall_result

; SYSENTER leaves NT and TF as they are.
sysenter_flags:
  push 2
  popf
  jmp sysenter_flags_clear

sysenter_ku:
  mov dword [esp + PT_CS], KU_CS_EXCEPTION
  mov dword [esp + PT_SS], KERNEL_DS
  jmp sysenter_argument
`;
