/**
 * The double-fault task, which repairs stack starvation: a kernel-mode user process's stack page is
 * absent, so the CPU cannot push the frame of an exception or interrupt there, nor that of the page
 * fault this raises. The task makes on the kernel stack the frame a write page fault at CR2 would have
 * left, and lets the normal task go on at the exception entry. An interrupt that was being delivered is
 * still requested by its line and comes again. Any other double fault is reported as such.
 * KML arch/x86/kernel/entry_32.S: double_fault_task, double_fault_fixup; Documentation/kml.txt
 */
export const DOUBLE_FAULT = `
double_fault_task:
  mov esp, DOUBLE_FAULT_STACK_TOP
  mov ecx, ss:[TSS_ESP]
  cmp ecx, TASK_SIZE
  jae double_fault_kernel
  test dword ss:[TSS_CS], 3
  jnz double_fault_kernel
  mov eax, ss:[STACK_TOP]
  mov edi, KU_CS_EXCEPTION
  mov esi, VECTOR_PF
  mov ebx, PF_WRITE + PF_USER
  jmp double_fault_frame

double_fault_kernel:
  mov eax, EMERGENCY_STACK_TOP
  mov edi, KERNEL_CS
  mov esi, VECTOR_DF
  mov ebx, 0
  mov dword ss:[TSS_CS], KERNEL_CS
  mov dword ss:[TSS_SS], KERNEL_DS

double_fault_frame:
  mov dword ss:[eax - 4], KERNEL_DS
  mov ss:[eax - 8], ecx
  mov edx, ss:[TSS_EFLAGS]
  mov ss:[eax - 12], edx
  mov ss:[eax - 16], edi
  mov edx, ss:[TSS_EIP]
  mov ss:[eax - 20], edx
  mov ss:[eax - 24], ebx
  mov ss:[eax - 28], esi
  sub eax, 28
  mov ss:[TSS_ESP], eax
  mov dword ss:[TSS_EIP], double_fault_fixup
  and dword ss:[TSS_EFLAGS], 0xffffffff - FLAG_TF - FLAG_IF - FLAG_NT
  and dword ss:[TSS_DESCRIPTOR + 4], 0xffffffff - 0x200
  pushf
  and dword [esp], 0xffffffff - FLAG_NT
  popf
  jmpfar TSS_SELECTOR, 0
  jmp double_fault_task

; Back in the normal task, with its registers: EAX is the program's.
double_fault_fixup:
  clts
  jmp exception
`;
