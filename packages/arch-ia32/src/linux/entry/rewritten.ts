import { SAVE_ALL, testWork } from './macros.ts';

/** As makeFrame of direct-call.ts, but the frame is the trap's: EFLAGS, and where to go on, lie `flags` bytes up the user's stack. */
function trapFrame(flags: number): string {
  return `
  mov ss:[SCRATCH], eax
  mov eax, esp
  mov esp, ss:[STACK_TOP]
  sub esp, 24
${SAVE_ALL.trim().replace('push eax', 'push dword ss:[SCRATCH]')}
  mov edx, ss:[eax + ${flags}]
  mov ecx, ss:[eax + ${flags + 4}]
  mov dword [esp + PT_SS], KERNEL_DS
  mov [esp + PT_EFLAGS], edx
  mov dword [esp + PT_CS], KU_CS_EXCEPTION
  mov [esp + PT_EIP], ecx`;
}

/**
 * Where the calls of rewritten traps arrive (rewrite.ts): EAX is the number, on the user's stack lies
 * where to go on. What the program sees is what \`int 0x80\` does: all registers but EAX come back, the
 * flags too; a frame, where one is made, has EIP behind the site and ESP as before the call, so that
 * vfork, clone, signals, restarts and tracers find what they would.
 *
 * A return address that is not in the process's table of sites: the program jumped here itself. Its
 * registers are put back, and the fault it would have had is taken at KML_WILD, where nothing is
 * executable.
 */
export const REWRITTEN = `
kml_rewritten:
  pushf
  push eax
  push edx
  push ecx
  push ebp
  mov ebp, esp
  mov ecx, ss:[ebp + 20]
  mov edx, ecx
  and edx, SITE_MASK
  lea edx, [edx*4]
  add edx, ss:[SITES]
rewritten_probe:
  cmp ss:[edx], ecx
  jne rewritten_next
  add dword ss:[ENTRIES_DIRECT], 1
  add dword ss:[ENTRIES_REWRITTEN], 1
  cmp eax, NR_SYSCALLS
  jae rewritten_bad
  mov ecx, ss:[CURRENT]
  test dword ss:[ecx], TIF_TRACED
  jnz rewritten_special
  cmp dword ss:[KML_CALL_TABLE + eax*4], kml_special
  je rewritten_special
  mov edx, ss:[ebp + 8]
  mov ecx, ss:[ebp + 4]
  mov esp, ss:[STACK_TOP]
  push dword ss:[ebp]
  push edi
  push esi
  push edx
  push ecx
  push ebx
  call ss:[SYS_CALL_TABLE + eax*4]
  mov esp, ebp${testWork('rewritten_work')}
rewritten_leave:
  pop ebp
  pop ecx
  pop edx
  add esp, 4
  popf
  ret

rewritten_next:
  cmp dword ss:[edx], 0
  je rewritten_wild
  add edx, 4
  jmp rewritten_probe

rewritten_wild:
  pop ebp
  pop ecx
  pop edx
  pop eax
  popf
  jmp KML_WILD

rewritten_bad:
  mov eax, MINUS_ENOSYS
  jmp rewritten_leave

; The result is in EAX, the number on top of the flags.
rewritten_work:
  pop ebp
  pop ecx
  pop edx
  cli
  add dword ss:[ENTRIES_DIRECT_FULL], 1${trapFrame(4)}
  mov ecx, ss:[eax]
  mov [esp + PT_ORIG_EAX], ecx
  add eax, 12
  mov [esp + PT_ESP], eax
  jmp syscall_exit

rewritten_special:
  add dword ss:[ENTRIES_DIRECT_FULL], 1
  pop ebp
  pop ecx
  pop edx
  add esp, 4
  cli${trapFrame(0)}
  add eax, 8
  mov [esp + PT_ESP], eax
  mov eax, [esp + PT_EAX]
  mov [esp + PT_ORIG_EAX], eax
  jmp syscall_entered
`;

/** Where page 0 jumps to: at an address that its jump can have in it (ladder.ts). */
export const GATE = `
  .align 0x4000
kml_gate:
  jmp kml_rewritten
`;
