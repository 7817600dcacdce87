import {
  CPU_AREA,
  EFAULT,
  ENOSYS,
  KC_EXCEPTION,
  KC_EXIT_WORK,
  KC_IDLE,
  KC_INTERRUPT,
  KC_SCHEDULE_TAIL,
  KC_SYSCALL_TRACE,
  THREAD_INFO,
  TIF_ENTRY_MASK,
  TIF_TRACE,
  TIF_WORK_MASK,
} from '@kml/kernel';
import { FLAG_IF, FLAG_NT, FLAG_TF } from '../../isa/system/eflags.ts';
import { TSS } from '../../isa/system/task-switch.ts';
import { DF, PF } from '../../isa/vectors.ts';
import {
  DOUBLE_FAULT_STACK_TOP,
  EMERGENCY_STACK_TOP,
  GDT,
  KERNEL_DATA,
  KERNEL_MODE,
  KML_CALL_TABLE,
  KML_WILD,
  LANDING_PAD,
  MAIN_TSS,
  SITE_TABLE_SLOTS,
  SITES,
  SYS_CALL_TABLE,
  TASK_SIZE,
  TSS_SELECTOR,
} from '../layout.ts';
import { KERNEL_CS, KERNEL_DS, KU_CS_EXCEPTION, KU_CS_INTERRUPT, PT, USER_CS, USER_DS } from '../pt-regs.ts';
import { SYSCALL_NUMBERS } from '../syscall-numbers.ts';

/** Numbers from here up have no entry in sys_call_table. */
export const NR_SYSCALLS = Math.max(...SYSCALL_NUMBERS.keys()) + 1;

/** Pseudo vector: IRET could not return to the frame. Linux 6.1 arch/x86/include/asm/trapnr.h: X86_TRAP_IRET */
export const VECTOR_IRET = 32;

/** Any of these bits in a frame's CS: it is a kernel-mode user process's. KML arch/x86/include/asm/segment.h */
export const KU_CS_MASK = 0xffff_0000;

/**
 * EFLAGS bits that POPF followed by RET does not restore as IRET would: all but CF PF AF ZF SF IF DF
 * OF AC ID, bit 1, and RF, which neither loads. TF is one, since its trap would come behind the RET.
 */
export const KU_IRET_FLAGS = 0xffda_f128;

/** Names that the entry code uses for numbers. */
export const ENTRY_CONSTANTS: ReadonlyMap<string, number> = new Map<string, number>([
  ['TASK_SIZE', TASK_SIZE],
  ['CURRENT', KERNEL_DATA + CPU_AREA.current],
  ['STACK_TOP', KERNEL_DATA + CPU_AREA.stackTop],
  ['SCRATCH', KERNEL_DATA + CPU_AREA.scratch],
  ['SCRATCH2', KERNEL_DATA + CPU_AREA.scratch + 4],
  ['ENTRIES_TRAP', KERNEL_DATA + CPU_AREA.entriesTrap],
  ['ENTRIES_FAST', KERNEL_DATA + CPU_AREA.entriesFast],
  ['ENTRIES_DIRECT', KERNEL_DATA + CPU_AREA.entriesDirect],
  ['ENTRIES_RECOGNISED', KERNEL_DATA + CPU_AREA.entriesRecognised],
  ['ENTRIES_RECOGNISED_FULL', KERNEL_DATA + CPU_AREA.entriesRecognisedFull],
  ['ENTRIES_DIRECT_FULL', KERNEL_DATA + CPU_AREA.entriesDirectFull],
  ['ENTRIES_REWRITTEN', KERNEL_DATA + CPU_AREA.entriesRewritten],
  ['ENTRIES_FAULT', KERNEL_DATA + CPU_AREA.entriesFault],
  ['ENTRIES_INTERRUPT', KERNEL_DATA + CPU_AREA.entriesInterrupt],
  ['LANDING_PAD', LANDING_PAD],
  ['KERNEL_MODE', KERNEL_MODE],
  ['SITES', SITES],
  ['SITE_MASK', SITE_TABLE_SLOTS - 1],
  ['KML_WILD', KML_WILD],
  ['SYS_CALL_TABLE', SYS_CALL_TABLE],
  ['KML_CALL_TABLE', KML_CALL_TABLE],
  ['NR_SYSCALLS', NR_SYSCALLS],
  ['NR_SIGRETURN', 119],
  ['NR_RT_SIGRETURN', 173],
  ['MINUS_ENOSYS', -ENOSYS],
  ['MINUS_EFAULT', -EFAULT],
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
  ['USER_CS', USER_CS],
  ['USER_DS', USER_DS],
  ['KERNEL_CS', KERNEL_CS],
  ['KERNEL_DS', KERNEL_DS],
  ['KU_CS_EXCEPTION', KU_CS_EXCEPTION],
  ['KU_CS_INTERRUPT', KU_CS_INTERRUPT],
  ['KU_CS_MASK', KU_CS_MASK],
  ['KU_IRET_FLAGS', KU_IRET_FLAGS],
  ['FLAG_IF', FLAG_IF],
  ['FLAG_TF', FLAG_TF],
  ['FLAG_NT', FLAG_NT],
  ['VECTOR_PF', PF],
  ['VECTOR_DF', DF],
  ['VECTOR_IRET', VECTOR_IRET],
  ['PF_WRITE', 2],
  ['PF_USER', 4],
  ['TSS_ESP', MAIN_TSS + TSS.esp],
  ['TSS_EIP', MAIN_TSS + TSS.eip],
  ['TSS_EFLAGS', MAIN_TSS + TSS.eflags],
  ['TSS_CS', MAIN_TSS + TSS.cs],
  ['TSS_SS', MAIN_TSS + TSS.es + 8],
  ['TSS_DESCRIPTOR', GDT + TSS_SELECTOR],
  ['TSS_SELECTOR', TSS_SELECTOR],
  ['DOUBLE_FAULT_STACK_TOP', DOUBLE_FAULT_STACK_TOP],
  ['EMERGENCY_STACK_TOP', EMERGENCY_STACK_TOP],
  ['PT_EBX', PT.ebx],
  ['PT_EBP', PT.ebp],
  ['PT_EAX', PT.eax],
  ['PT_DS', PT.ds],
  ['PT_ES', PT.es],
  ['PT_FS', PT.fs],
  ['PT_GS', PT.gs],
  ['PT_ORIG_EAX', PT.origEax],
  ['PT_EIP', PT.eip],
  ['PT_CS', PT.cs],
  ['PT_EFLAGS', PT.eflags],
  ['PT_ESP', PT.esp],
  ['PT_SS', PT.ss],
]);
