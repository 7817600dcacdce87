import {
  CPU_AREA,
  ENOSYS,
  KC_EXCEPTION,
  KC_EXIT_WORK,
  KC_IDLE,
  KC_INTERRUPT,
  KC_PRIVATE,
  KC_SCHEDULE_TAIL,
  KC_SYSCALL_TRACE,
  STACK_BYTES,
  THREAD_INFO,
  TIF_ENTRY_MASK,
  TIF_TRACE,
  TIF_WORK_MASK,
} from '@kml/kernel';
import { MSR_EE, MSR_FP, MSR_PR } from '../../isa/state.ts';
import { KERNEL_DATA, KERNEL_TEXT, KML_CALL_TABLE, SYS_CALL_TABLE, VECTORS_END } from '../layout.ts';
import { FRAME_BYTES, PT, STACK_OVERHEAD, TRAP_NO_RESTART, TRAP_SYSCALL } from '../pt-regs.ts';
import { SYSCALL_NUMBERS } from '../syscall-numbers.ts';

/** Numbers from here up have no entry in sys_call_table. */
export const NR_SYSCALLS = Math.max(...SYSCALL_NUMBERS.keys()) + 1;

/** Interrupt request lines: the decrementer is the timer's. */
export const LINE_DECREMENTER = 0;
export const LINE_EXTERNAL = 1;

/** Kernel call of a program interrupt: frame in r3; 1 in r3 where the instruction was carried out, else 0. */
export const KC_EMULATE = KC_PRIVATE;

/** Names that the entry code uses for numbers. PT_x: offsets of a frame's words from r1. */
export const ENTRY_CONSTANTS: ReadonlyMap<string, number> = new Map<string, number>([
  ['KERNEL_TEXT', KERNEL_TEXT],
  ['VECTORS_END', VECTORS_END],
  ['KERNEL_DATA', KERNEL_DATA],
  ['SYS_CALL_TABLE', SYS_CALL_TABLE],
  ['KML_CALL_TABLE', KML_CALL_TABLE],
  ['CR0_SO_BIT', 3],
  ['NR_SYSCALLS', NR_SYSCALLS],
  ['ENTRIES_TRAP', CPU_AREA.entriesTrap],
  ['ENTRIES_DIRECT', CPU_AREA.entriesDirect],
  ['ENTRIES_DIRECT_FULL', CPU_AREA.entriesDirectFull],
  ['ENTRIES_RECOGNISED', CPU_AREA.entriesRecognised],
  ['ENTRIES_RECOGNISED_FULL', CPU_AREA.entriesRecognisedFull],
  ['ENTRIES_REWRITTEN', CPU_AREA.entriesRewritten],
  ['ENTRIES_FAULT', CPU_AREA.entriesFault],
  ['ENTRIES_INTERRUPT', CPU_AREA.entriesInterrupt],
  ['TI_FLAGS', THREAD_INFO.flags],
  ['WORK_MASK', TIF_WORK_MASK],
  ['TIF_TRACE', TIF_ENTRY_MASK],
  ['TIF_TRACED', TIF_TRACE],
  ['TI_RECOGNISED', THREAD_INFO.recognised],
  // Of the kernel stack, below where a user's frame begins.
  ['BELOW_FRAME_BYTES', STACK_BYTES - FRAME_BYTES],
  ['FRAME_BYTES', FRAME_BYTES],
  ['FRAME', STACK_OVERHEAD],
  ['MSR_EE', MSR_EE],
  ['MSR_PR', MSR_PR],
  ['MSR_FP', MSR_FP],
  ['TRAP_SYSCALL', TRAP_SYSCALL],
  ['TRAP_SYSCALL_OVER', TRAP_SYSCALL | TRAP_NO_RESTART],
  ['ENOSYS', ENOSYS],
  ['KC_EXCEPTION', KC_EXCEPTION],
  ['KC_INTERRUPT', KC_INTERRUPT],
  ['KC_EXIT_WORK', KC_EXIT_WORK],
  ['KC_SYSCALL_TRACE', KC_SYSCALL_TRACE],
  ['KC_SCHEDULE_TAIL', KC_SCHEDULE_TAIL],
  ['KC_IDLE', KC_IDLE],
  ['KC_EMULATE', KC_EMULATE],
  ['LINE_DECREMENTER', LINE_DECREMENTER],
  ['LINE_EXTERNAL', LINE_EXTERNAL],
  ...Object.entries(PT).map(([name, offset]): [string, number] => [
    `PT_${name.toUpperCase()}`,
    STACK_OVERHEAD + offset,
  ]),
]);
