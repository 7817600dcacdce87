import {
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
  TIF_NOTIFY,
  TIF_TRACE,
  TIF_WORK_MASK,
} from '@kml/kernel';
import { STATUS_USER } from '../../isa/index.ts';
import { cpuWord, EXCEPTION_HANDLERS, KML_CALL_TABLE, SYS_CALL_TABLE } from '../layout.ts';
import { PT, PT_SIZE, ptReg } from '../pt-regs.ts';
import { SYSCALL_NUMBERS } from '../syscall-numbers.ts';

/** What the numbers of o32 begin with. Linux 6.1 arch/mips/include/uapi/asm/unistd.h: __NR_O32_Linux */
export const SYSCALL_BASE = 4000;
/** System calls from here up, less SYSCALL_BASE, have no entry in sys_call_table. */
export const NR_SYSCALLS = Math.max(...SYSCALL_NUMBERS.keys()) + 1;

/** Error numbers of MIPS that the entry code gives by itself, and the largest there is. Linux 6.1 arch/mips/include/uapi/asm/errno.h */
export const NATIVE_ENOSYS = 89;
export const NATIVE_EFAULT = 14;
export const EMAXERRNO = 1133;

/** Kernel calls of our own: see private-calls.ts. */
export const KC_SKIP_SLOT = KC_PRIVATE;
export const KC_UNALIGNED = KC_PRIVATE + 1;

/** Names that the entry code uses for numbers. */
export const ENTRY_CONSTANTS: ReadonlyMap<string, number> = new Map<string, number>([
  ['CURRENT', cpuWord('current')],
  ['STACK_TOP', cpuWord('stackTop')],
  ['ENTRIES_TRAP', cpuWord('entriesTrap')],
  ['ENTRIES_DIRECT', cpuWord('entriesDirect')],
  ['ENTRIES_RECOGNISED', cpuWord('entriesRecognised')],
  ['ENTRIES_RECOGNISED_FULL', cpuWord('entriesRecognisedFull')],
  ['ENTRIES_DIRECT_FULL', cpuWord('entriesDirectFull')],
  ['ENTRIES_REWRITTEN', cpuWord('entriesRewritten')],
  ['ENTRIES_FAULT', cpuWord('entriesFault')],
  ['ENTRIES_INTERRUPT', cpuWord('entriesInterrupt')],
  ['EXCEPTION_HANDLERS', EXCEPTION_HANDLERS],
  ['SYS_CALL_TABLE', SYS_CALL_TABLE],
  ['KML_CALL_TABLE', KML_CALL_TABLE],
  ['SYSCALL_BASE', SYSCALL_BASE],
  ['NR_SYSCALLS', NR_SYSCALLS],
  ['ENOSYS', NATIVE_ENOSYS],
  ['EFAULT', NATIVE_EFAULT],
  ['EMAXERRNO', EMAXERRNO],
  ['TI_FLAGS', THREAD_INFO.flags],
  ['WORK_MASK', TIF_WORK_MASK],
  ['TIF_TRACE', TIF_ENTRY_MASK],
  ['TIF_TRACED', TIF_TRACE],
  ['TI_RECOGNISED', THREAD_INFO.recognised],
  ['TIF_NOTIFY', TIF_NOTIFY],
  ['KC_EXCEPTION', KC_EXCEPTION],
  ['KC_INTERRUPT', KC_INTERRUPT],
  ['KC_EXIT_WORK', KC_EXIT_WORK],
  ['KC_SYSCALL_TRACE', KC_SYSCALL_TRACE],
  ['KC_SCHEDULE_TAIL', KC_SCHEDULE_TAIL],
  ['KC_IDLE', KC_IDLE],
  ['KC_SKIP_SLOT', KC_SKIP_SLOT],
  ['KC_UNALIGNED', KC_UNALIGNED],
  ['STACK_BYTES', STACK_BYTES],
  ['STATUS_USER', STATUS_USER],
  ['PT_SIZE', PT_SIZE],
  // SP's place in a frame that is yet to be made, from where its end will be.
  ['NEW_R29', ptReg(29) - PT_SIZE],
  ['PT_ARG4', PT.arg4],
  ['PT_ARG5', PT.arg4 + 4],
  ['PT_ARG6', PT.arg4 + 8],
  ['PT_ARG7', PT.arg4 + 12],
  ['PT_STATUS', PT.status],
  ['PT_HI', PT.hi],
  ['PT_LO', PT.lo],
  ['PT_BADVADDR', PT.badVAddr],
  ['PT_CAUSE', PT.cause],
  ['PT_EPC', PT.epc],
  ...Array.from({ length: 32 }, (_, n): [string, number] => [`PT_R${n}`, ptReg(n)]),
]);
