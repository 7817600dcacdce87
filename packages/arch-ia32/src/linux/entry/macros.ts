/** Pieces of assembly text that several entry paths share. */

/** Completes a frame from gs down; above it lie orig_eax and what the trap pushed. */
export const SAVE_ALL = `
  push gs
  push fs
  push es
  push ds
  push eax
  push ebp
  push edi
  push esi
  push edx
  push ecx
  push ebx`;

/** As SAVE_ALL where the gs place is taken already. */
export const SAVE_BELOW_GS = SAVE_ALL.replace('\n  push gs', '');

/** Takes the general registers off a frame. */
export const POP_REGISTERS = `
  pop ebx
  pop ecx
  pop edx
  pop esi
  pop edi
  pop ebp
  pop eax`;

/**
 * DS and ES are the program's: loads __USER_DS into them unless they hold it, so that the usual case
 * costs no segment load. Uses two registers.
 */
export function userSegments(label: string, a = 'ecx', b = 'edx'): string {
  return `
  mov ${a}, ds
  mov ${b}, es
  xor ${a}, USER_DS
  xor ${b}, USER_DS
  or ${a}, ${b}
  jz ${label}
  mov ${a}, USER_DS
  mov ds, ${a}
  mov es, ${a}
${label}:`;
}

/** Jumps to `reload` unless the four data segment registers hold what the frame has. Uses ECX and EDX. */
export function compareSegments(reload: string): string {
  return `
  mov ecx, gs
  xor ecx, [esp + PT_GS]
  mov edx, fs
  xor edx, [esp + PT_FS]
  or ecx, edx
  mov edx, es
  xor edx, [esp + PT_ES]
  or ecx, edx
  mov edx, ds
  xor edx, [esp + PT_DS]
  or ecx, edx
  jnz ${reload}`;
}

/** Leaves to the exit-work path at `label` if work waits. Uses ECX. */
export function testWork(label: string): string {
  return `
  mov ecx, ss:[CURRENT]
  test dword ss:[ecx], WORK_MASK
  jnz ${label}`;
}
