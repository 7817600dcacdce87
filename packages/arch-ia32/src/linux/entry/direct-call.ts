import { SAVE_ALL, testWork } from './macros.ts';

/** Where a frame goes on: the direct call's at `kml_return`, with the return address left on the program's stack. */
const TO_RETURN = `
  mov dword [esp + PT_EIP], kml_return`;
/** A recognised trap's where the trap goes on, which comes off the program's stack. */
const TO_PROGRAM = `
  mov edx, ss:[eax]
  add dword [esp + PT_ESP], 4
  mov [esp + PT_EIP], edx`;

/**
 * Makes a whole frame, EFLAGS being on top of the user's stack. `number` loads ECX with the call's
 * number (EAX points at the EFLAGS); `pushed` bytes lie there that are not the program's, with EAX behind
 * them in `back`. Reading the user's stack may sleep, so SCRATCH is done with by then.
 */
function makeFrame(number: string, pushed: number, back = TO_RETURN): string {
  return `
  mov ss:[SCRATCH], eax
  mov eax, esp
  mov esp, ss:[STACK_TOP]
  sub esp, 24
${SAVE_ALL.trim().replace('push eax', 'push dword ss:[SCRATCH]')}
  mov edx, ss:[eax]
  ${number}
  add eax, ${pushed}
  mov dword [esp + PT_SS], KERNEL_DS
  mov [esp + PT_ESP], eax
  mov [esp + PT_EFLAGS], edx
  mov dword [esp + PT_CS], KU_CS_EXCEPTION${back}
  mov [esp + PT_ORIG_EAX], ecx
  mov eax, [esp + PT_EAX]`;
}

/**
 * The direct call: a kernel-mode user process calls here through its vDSO, with the registers of
 * `int 0x80`; all but EAX (and the status flags) come back as they were. No frame is made and no
 * entry work done. KML arch/x86/kernel/kml_call_32.h
 *
 * Six arguments are pushed always. What waits at the exit, and the calls that need a whole frame
 * (`kml_special`), go on as if `int 0x80` had been executed just before `kml_return`: the two bytes
 * in front of it are that instruction, for a call that is restarted.
 *
 * A recognised `int 0x80` comes here by `kml_recognised`, having pushed where it goes on. Its whole frame is the
 * trap's. Of the kernel's own code (a hook) it stays a trap.
 */
export const DIRECT_CALL = `
kml_fast:
  push eax
  push edx
  push ecx
  push ebp
  mov ebp, esp
  add dword ss:[ENTRIES_DIRECT], 1
  mov esp, ss:[STACK_TOP]
  push dword ss:[ebp]
  push edi
  push esi
  push edx
  push ecx
  push ebx
  call ss:[SYS_CALL_TABLE + eax*4]
  mov esp, ebp${testWork('kml_work')}
  pop ebp
  pop ecx
  pop edx
  add esp, 4
  ret

; On the user's stack: ebp, ecx, edx, the call's number, the return address. EAX is the result.
; With ESP on the user's stack an interrupt after the test does the work itself.
kml_work:
  pop ebp
  pop ecx
  pop edx
  pushf
  cli
  add dword ss:[ENTRIES_DIRECT_FULL], 1${makeFrame('mov ecx, ss:[eax + 4]', 8)}
  jmp syscall_exit

kml_special:
  add dword ss:[ENTRIES_DIRECT], 1
  add dword ss:[ENTRIES_DIRECT_FULL], 1
; EAX is a call's number; where it returns to is on top of the user's stack.
kml_full:
  pushf
  cli${makeFrame('mov ecx, [esp + PT_EAX]', 4)}
  jmp syscall_entered

  int 0x80
kml_return:
  ret

kml_bad:
  add dword ss:[ENTRIES_DIRECT], 1
  mov eax, MINUS_ENOSYS
  ret

kml_recognised:
  cmp esp, TASK_SIZE
  jae kml_recognised_kernel
  cmp eax, NR_SYSCALLS
  jae kml_recognised_bad
  cmp dword ss:[KML_CALL_TABLE + eax*4], kml_special
  je kml_recognised_special
  push eax
  push edx
  push ecx
  push ebp
  mov ebp, ss:[CURRENT]
  test dword ss:[ebp], TIF_TRACE
  mov ebp, esp
  jnz kml_recognised_trace
  add dword ss:[ENTRIES_RECOGNISED], 1
  mov esp, ss:[STACK_TOP]
  push dword ss:[ebp]
  push edi
  push esi
  push edx
  push ecx
  push ebx
  call ss:[SYS_CALL_TABLE + eax*4]
  mov esp, ebp${testWork('kml_recognised_work')}
  pop ebp
  pop ecx
  pop edx
  add esp, 4
  ret

kml_recognised_work:
  pop ebp
  pop ecx
  pop edx
  pushf
  cli
  add dword ss:[ENTRIES_RECOGNISED_FULL], 1${makeFrame('mov ecx, ss:[eax + 4]', 8, TO_PROGRAM)}
  jmp syscall_exit

kml_recognised_trace:
  pop ebp
  pop ecx
  pop edx
  pop eax
kml_recognised_special:
  add dword ss:[ENTRIES_RECOGNISED], 1
  add dword ss:[ENTRIES_RECOGNISED_FULL], 1
  pushf
  cli${makeFrame('mov ecx, [esp + PT_EAX]', 4, TO_PROGRAM)}
  jmp syscall_entered

kml_recognised_bad:
  add dword ss:[ENTRIES_RECOGNISED], 1
  mov eax, MINUS_ENOSYS
  ret

kml_recognised_kernel:
  int 0x80
  ret

; Where signal handlers of kernel-mode user processes return to. KML arch/x86/kernel/signal.c
kml_sigreturn_shortcut:
  pop eax
  mov eax, NR_SIGRETURN
  jmp kml_full
kml_rt_sigreturn_shortcut:
  mov eax, NR_RT_SIGRETURN
  jmp kml_full
`;
