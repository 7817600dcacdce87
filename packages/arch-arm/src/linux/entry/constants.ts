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
import { PSR_T, SVC, SYS } from '../../isa/state.ts';
import { FSR_ALIGNMENT } from '../../isa/system/deliver.ts';
import { DATA_ABORT, PREFETCH_ABORT, UNDEFINED } from '../../isa/vectors.ts';
import {
  ARM_CALL_TABLE,
  ARM_NR_BASE,
  ARM_NR_COUNT,
  KERNEL_DATA,
  KML_CALL_TABLE,
  SYS_CALL_TABLE,
  TI_RESTART,
  TI_SYSCALL,
} from '../layout.ts';
import { PT, PT_SIZE } from '../pt-regs.ts';
import { SYSCALL_NUMBERS } from '../syscall-numbers.ts';

/** Numbers from here up have no entry in sys_call_table; a multiple of 4, so that CMP has an immediate for it. */
export const NR_SYSCALLS = (Math.max(...SYSCALL_NUMBERS.keys()) + 4) & ~3;

/** Kernel calls of this ABI: a private number that does not exist; a number in the SVC instruction; an exception that nothing raises; an unaligned access of user code. */
export const KC_BAD_CALL = KC_PRIVATE;
export const KC_OABI_CALL = KC_PRIVATE + 1;
export const KC_BAD_VECTOR = KC_PRIVATE + 2;
export const KC_UNALIGNED = KC_PRIVATE + 3;

/** Names that the entry code uses for numbers. */
export const ENTRY_CONSTANTS: ReadonlyMap<string, number> = new Map<string, number>([
  ['CPU', KERNEL_DATA],
  ['STACK_TOP', CPU_AREA.stackTop],
  ['KML_STACK_OFFSET', STACK_BYTES / 2],
  ['KML_CALL_TABLE', KML_CALL_TABLE],
  ['ENTRIES_TRAP', CPU_AREA.entriesTrap],
  ['ENTRIES_DIRECT', CPU_AREA.entriesDirect],
  ['ENTRIES_DIRECT_FULL', CPU_AREA.entriesDirectFull],
  ['ENTRIES_RECOGNISED', CPU_AREA.entriesRecognised],
  ['ENTRIES_REWRITTEN', CPU_AREA.entriesRewritten],
  ['ENTRIES_FAULT', CPU_AREA.entriesFault],
  ['ENTRIES_INTERRUPT', CPU_AREA.entriesInterrupt],
  ['TABLE_OFFSET', SYS_CALL_TABLE - KERNEL_DATA],
  ['ARM_TABLE_OFFSET', ARM_CALL_TABLE - SYS_CALL_TABLE],
  ['NR_SYSCALLS', NR_SYSCALLS],
  ['NR_RESTART_SYSCALL', 0],
  ['ARM_NR_BASE', ARM_NR_BASE],
  ['ARM_NR_COUNT', ARM_NR_COUNT],
  ['OABI_BASE', 0x90_0000],
  ['MINUS_ENOSYS', -ENOSYS],
  ['TI_FLAGS', THREAD_INFO.flags],
  ['TI_SYSCALL', TI_SYSCALL],
  ['TI_RESTART', TI_RESTART],
  ['WORK_MASK', TIF_WORK_MASK],
  ['TIF_TRACE', TIF_ENTRY_MASK],
  ['TIF_TRACED', TIF_TRACE],
  ['TI_RECOGNISED', THREAD_INFO.recognised],
  ['KC_EXCEPTION', KC_EXCEPTION],
  ['KC_INTERRUPT', KC_INTERRUPT],
  ['KC_EXIT_WORK', KC_EXIT_WORK],
  ['KC_SYSCALL_TRACE', KC_SYSCALL_TRACE],
  ['KC_SCHEDULE_TAIL', KC_SCHEDULE_TAIL],
  ['KC_IDLE', KC_IDLE],
  ['KC_BAD_CALL', KC_BAD_CALL],
  ['KC_OABI_CALL', KC_OABI_CALL],
  ['KC_BAD_VECTOR', KC_BAD_VECTOR],
  ['KC_UNALIGNED', KC_UNALIGNED],
  ['FSR_ALIGNMENT', FSR_ALIGNMENT],
  ['VECTOR_UND', UNDEFINED],
  ['VECTOR_PABT', PREFETCH_ABORT],
  ['VECTOR_DABT', DATA_ABORT],
  ['PSR_T', PSR_T],
  ['MODE_SVC', SVC],
  ['MODE_SYS', SYS],
  ['PT_SIZE', PT_SIZE],
  ['PT_R0', PT.r0],
  ['PT_R1', PT.r1],
  ['PT_R8', PT.r8],
  ['PT_SP', PT.sp],
  ['PT_LR', PT.lr],
  ['PT_PC', PT.pc],
  ['PT_CPSR', PT.cpsr],
  ['PT_ORIG_R0', PT.origR0],
]);
