import { hasErrorCode } from '../../isa/vectors.ts';
import { IRQ_LINES } from '../layout.ts';
import { SAVE_BELOW_GS, userSegments } from './macros.ts';

/** Vectors with the common exception entry: all but NMI, #NM (below) and #DF (a task). */
const COMMON_VECTORS = [0, 3, 4, 5, 6, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19];

/** A vector's stub: pushes error code (where the CPU has not) and vector, or goes to move the frame. */
function exceptionStub(vector: number): string {
  const error = hasErrorCode(vector);
  return `
vector_${vector}:
  cmp esp, TASK_SIZE
  jb vector_${vector}_ku
${error ? '' : '  push 0'}
  push ${vector}
  jmp exception
vector_${vector}_ku:
  mov ss:[SCRATCH], eax
  mov eax, ${vector}
  jmp ${error ? 'exception_ku_error' : 'exception_ku'}`;
}

function interruptStub(line: number): string {
  return `
irq_${line}:
  cmp esp, TASK_SIZE
  jb irq_${line}_ku
  push -1
  push ${line}
  jmp interrupt
irq_${line}_ku:
  mov ss:[SCRATCH], eax
  mov eax, ${line}
  jmp interrupt_ku`;
}

/**
 * Moves a hardware frame from the user's stack to the task's kernel stack, EAX being the vector and
 * its old value in SCRATCH. `words` lie on the user's stack: eip, cs, eflags, and below them perhaps
 * the error code. The words were just pushed by the CPU and interrupts are off: reading cannot fault.
 */
function moveFrame(words: number, marker: string, error: string): string {
  return `
  mov ss:[SCRATCH2], eax
  mov eax, esp
  mov esp, ss:[STACK_TOP]
  push KERNEL_DS
  add eax, ${words * 4}
  push eax
  push dword ss:[eax - 4]
  push ${marker}
  push dword ss:[eax - 12]
  push ${error}
  push dword ss:[SCRATCH2]
  mov eax, ss:[SCRATCH]`;
}

/** Puts vector (the gs place) and error code (the orig_eax place) into registers, and what belongs there into the frame. */
const TAKE_VECTOR = `
  mov ecx, [esp + PT_GS]
  mov edx, [esp + PT_ORIG_EAX]
  mov eax, gs
  mov [esp + PT_GS], eax
  mov dword [esp + PT_ORIG_EAX], -1`;

/**
 * Exceptions and interrupts. KML arch/x86/kernel/entry_32.S: SWITCH_STACK_TO_KK_EXCEPTION,
 * SWITCH_STACK_TO_KK_INTERRUPT (here EIP and EFLAGS are moved for interrupts too, so that every frame
 * is whole); Linux 6.1 arch/x86/entry/entry_32.S: handle_exception
 */
export const TRAPS = `
${COMMON_VECTORS.map(exceptionStub).join('')}
${Array.from({ length: IRQ_LINES }, (_, line) => interruptStub(line)).join('')}

; Single step goes no further than kernel text that the program did not call itself.
vector_1:
  cmp esp, TASK_SIZE
  jb vector_1_ku
  test dword [esp + 4], 3
  jz vector_1_kernel
  push 0
  push 1
  jmp exception
vector_1_ku:
  mov ss:[SCRATCH], eax
  mov eax, 1
  jmp exception_ku
vector_1_kernel:
  and dword [esp + 8], 0xffffffff - FLAG_TF
  iret

; Task switches set CR0.TS; floating-point state is switched with the rest.
vector_7:
  clts
  iret

exception_ku:${moveFrame(3, 'KU_CS_EXCEPTION', '0')}
  jmp exception
exception_ku_error:${moveFrame(4, 'KU_CS_EXCEPTION', 'dword ss:[eax - 16]')}
exception:${SAVE_BELOW_GS}
  add dword ss:[ENTRIES_FAULT], 1${userSegments('exception_segments', 'esi', 'edi')}${TAKE_VECTOR}
  mov eax, esp
  kernelcall KC_EXCEPTION
ret_from_trap:
  test dword [esp + PT_CS], 3
  jnz syscall_exit
  jmp restore_all

interrupt_ku:${moveFrame(3, 'KU_CS_INTERRUPT', '-1')}
interrupt:${SAVE_BELOW_GS}
  add dword ss:[ENTRIES_INTERRUPT], 1${userSegments('interrupt_segments', 'esi', 'edi')}${TAKE_VECTOR}
  mov eax, esp
  mov edx, ecx
  kernelcall KC_INTERRUPT
  jmp ret_from_trap
`;
