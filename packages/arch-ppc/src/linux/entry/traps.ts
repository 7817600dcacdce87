import { ALIGNMENT, DECREMENTER, DSI, EXTERNAL, FP_UNAVAILABLE, ISI, PROGRAM, TRACE } from '../../isa/vectors.ts';
import { count, SAVE_FAULT, SAVE_REGISTERS } from './macros.ts';

const hex = (value: number): string => value.toString(16);

/**
 * A vector: finds the stack, saves r10, r11 and CR, and goes to `handler` with r11 = where the frame goes
 * and r10 = the trap number.
 *
 * What ran was the kernel only if MSR.PR is 0 and r1 lies in the task's kernel stack, at where the user's frame goes (SPRG2) or below:
 * a kernel-mode user process has PR=0 too, and its r1 is its own. Linux's prolog looks at PR alone.
 */
export function vector(offset: number, handler: string): string {
  return `
  .org KERNEL_TEXT + 0x${hex(offset)}
vector_${hex(offset)}:
  mtsprg0 r10
  mtsprg1 r11
  mfcr r10
  mfsrr1 r11
  andi. r11, r11, MSR_PR
  mfsprg2 r11
  bne vector_${hex(offset)}_user
  subf r11, r1, r11
  cmplwi r11, BELOW_FRAME_BYTES
  mfsprg2 r11
  bge vector_${hex(offset)}_user
  addi r11, r1, -FRAME_BYTES
vector_${hex(offset)}_user:
  stw r10, PT_CCR(r11)
  li r10, 0x${hex(offset)}
  b ${handler}
`;
}

/** The vectors of exceptions and interrupts, below and above that of the system call. Linux 6.1 arch/powerpc/kernel/head_book3s_32.S */
export const TRAP_VECTORS = {
  below: [
    vector(DSI, 'exception_fault'),
    vector(ISI, 'exception'),
    vector(EXTERNAL, 'interrupt_external'),
    vector(ALIGNMENT, 'exception_fault'),
    vector(PROGRAM, 'exception_program'),
    vector(FP_UNAVAILABLE, 'exception_fp'),
    vector(DECREMENTER, 'interrupt_decrementer'),
  ].join(''),
  above: vector(TRACE, 'exception'),
} as const;

/**
 * What the vectors go on with. External interrupts stay disabled throughout: page faults that sleep do so
 * in the kernel call. KC_EXCEPTION and KC_INTERRUPT take the frame in r3.
 */
export const TRAPS = `
exception_fault:${SAVE_REGISTERS}${SAVE_FAULT}
  b exception_call
exception:${SAVE_REGISTERS}
  stw r11, PT_DAR(r1)
  stw r11, PT_DSISR(r1)
exception_call:${count('ENTRIES_FAULT')}
  addi r3, r1, FRAME
  kernelcall KC_EXCEPTION
  b ret_from_trap

# An instruction that the kernel carries out for the program, or a signal.
exception_program:${SAVE_REGISTERS}
  stw r11, PT_DAR(r1)
  stw r11, PT_DSISR(r1)
  addi r3, r1, FRAME
  kernelcall KC_EMULATE
  cmpwi r3, 0
  beq exception_call${count('ENTRIES_FAULT')}
  b ret_from_trap

# Floating point is switched with the rest of a task's state: a program that finds it off (a kernel-mode
# one that cleared MSR.FP) gets it back.
exception_fp:${SAVE_REGISTERS}${count('ENTRIES_FAULT')}
  lwz r10, PT_MSR(r1)
  ori r10, r10, MSR_FP
  stw r10, PT_MSR(r1)
  b ret_from_trap

interrupt_decrementer:${SAVE_REGISTERS}
  li r4, LINE_DECREMENTER
  b interrupt_call
interrupt_external:${SAVE_REGISTERS}
  li r4, LINE_EXTERNAL
interrupt_call:${count('ENTRIES_INTERRUPT')}
  addi r3, r1, FRAME
  kernelcall KC_INTERRUPT
  b ret_from_trap
`;
