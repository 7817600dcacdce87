import { count } from './macros.ts';

/** What differs between the ways to a call that is made without a trap. */
export interface CallWay {
  /** Prefix of the labels. */
  readonly label: string;
  /** Up to where r1 becomes the kernel's. */
  readonly begin: string;
  /** Stores where the frame goes back to: while the program's r9 to r12 are there, or later, r9 being free. */
  readonly earlyNip?: string;
  readonly lateNip?: string;
  /** Counts it. Uses r10 and r11. */
  readonly counts: string;
  /** Counter of those that go on through the whole frame. */
  readonly full: string;
  /** Goes to `label`_trace where a tracer is told. */
  readonly trace?: string;
  /** Goes back to the program, whose registers are in place but for CR, which is r9. CTR is where it goes on, as LR where that is the way. */
  readonly leave: string;
}

/** R1 and R2 are the program's again: then, not before, is work looked for, so that an interrupt behind that does its own work. */
const programAgain = (r1: string): string => `
  mr r12, r2
  lwz r2, PT_R2(r1)
  lwz r1, ${r1}(r1)
  lwz r11, TI_FLAGS(r12)
  andi. r11, r11, WORK_MASK`;

/** R1 becomes the kernel's, in one instruction, and the frame there gets the general registers. Uses r10. */
const BEGIN_FRAME = `
  mr r10, r1
  mfsprg2 r1
  stw r10, 0(r1)
  stw r10, PT_R1(r1)
  stw r0, PT_R0(r1)
  stw r2, PT_R2(r1)
  stmw r3, PT_R3(r1)
  stw r3, PT_ORIGR3(r1)`;

/** Back through CTR, LR being the program's. */
export const LEAVE_BY_CTR = `
  mtcr r9
  bctr`;

/** Calls that need a whole frame, and numbers that there are none of: the registers are those of `sc`, but for what the dispatch has used up. */
const SPECIAL: CallWay = {
  label: 'kml_special',
  begin: '\nkml_special:',
  lateNip: `
  lis r9, kml_return@ha
  addi r9, r9, kml_return@l
  stw r9, PT_NIP(r1)`,
  counts: count('ENTRIES_DIRECT'),
  full: 'ENTRIES_DIRECT_FULL',
  leave: `
  mtcr r9
  blr`,
};

/**
 * The direct call of all others. R12 is the upper half that the addresses of both tables and of the CPU words have, R11
 * what their lower halves are added to for this number.
 */
const FAST = `
kml_call:
  cmplwi r0, NR_SYSCALLS
  bge kml_special
  lis r12, KML_CALL_TABLE@ha
  slwi r11, r0, 2
  add r11, r11, r12
  lwz r10, KML_CALL_TABLE@l(r11)
  mtctr r10
  bctr

kml_fast:
  mr r10, r1
  mfsprg2 r1
  stw r10, 0(r1)
  stw r0, PT_R0(r1)
  stw r2, PT_R2(r1)
  stw r3, PT_ORIGR3(r1)
  stw r4, PT_R4(r1)
  stw r5, PT_R5(r1)
  stw r6, PT_R6(r1)
  stw r7, PT_R7(r1)
  stw r8, PT_R8(r1)
  mflr r9
  lwz r10, ENTRIES_DIRECT(r12)
  stw r9, PT_LINK(r1)
  lwz r9, SYS_CALL_TABLE@l(r11)
  addi r10, r10, 1
  stw r10, ENTRIES_DIRECT(r12)
  mtctr r9
  mfsprg3 r2
  bctrl
  li r10, -4095
  cmplw r3, r10
  lwz r10, PT_LINK(r1)
  bge kml_failed
  mtlr r10${programAgain('0')}
  bne kml_work
  crclr CR0_SO_BIT
  blr

# A call that may be executed again.
kml_failed:
  lwz r11, TI_FLAGS(r2)
  andi. r11, r11, WORK_MASK
  bne kml_frame
  mtlr r10
  neg r3, r3${programAgain('0')}
  bne kml_failed_work
  crset CR0_SO_BIT
  blr

kml_work:
  mfcr r9
  rlwinm r9, r9, 0, 4, 2
  b kml_program_work
kml_failed_work:
  mfcr r9
  oris r9, r9, 0x1000
kml_program_work:${count('ENTRIES_DIRECT_FULL')}
  lis r12, kml_return@ha
  addi r12, r12, kml_return@l
  mtctr r12
  b direct_work

# The frame is made whole: what the C convention keeps is still there.
kml_frame:${count('ENTRIES_DIRECT_FULL')}
  lwz r4, 0(r1)
  mfcr r5
  mfctr r6
  mfxer r7
  mfmsr r8
  rlwinm r5, r5, 0, 4, 2
  stw r4, PT_R1(r1)
  stw r5, PT_CCR(r1)
  stw r6, PT_CTR(r1)
  stw r7, PT_XER(r1)
  stw r8, PT_MSR(r1)
  stmw r9, PT_R9(r1)
  lis r4, kml_return@ha
  addi r4, r4, kml_return@l
  li r5, 0
  li r6, TRAP_SYSCALL
  stw r4, PT_NIP(r1)
  stw r5, PT_MQ(r1)
  stw r6, PT_TRAP(r1)
  b system_call_result
`;

/** Work waits behind a call that is over: the frame is of the program as it goes on at CTR, r9 being its CR. */
const WORK = `
direct_work:${BEGIN_FRAME}
  stw r9, PT_CCR(r1)
  mfctr r4
  mflr r5
  mfxer r6
  mfmsr r7
  li r8, 0
  li r9, TRAP_SYSCALL_OVER
  stw r4, PT_NIP(r1)
  stw r4, PT_CTR(r1)
  stw r5, PT_LINK(r1)
  stw r6, PT_XER(r1)
  stw r7, PT_MSR(r1)
  stw r8, PT_MQ(r1)
  stw r8, PT_RESULT(r1)
  stw r9, PT_TRAP(r1)
  mfsprg3 r2
  b syscall_exit
`;

const RECOGNISED: CallWay = {
  label: 'kml_recognised',
  begin: `
kml_recognised:
  mfsprg3 r12
  lwz r12, TI_RECOGNISED(r12)
kml_recognised_taken:`,
  earlyNip: '\n  stw r12, PT_NIP(r1)',
  counts: count('ENTRIES_RECOGNISED'),
  full: 'ENTRIES_RECOGNISED_FULL',
  trace: `
  lwz r9, TI_FLAGS(r2)
  andi. r9, r9, TIF_TRACED
  bne kml_recognised_trace`,
  leave: LEAVE_BY_CTR,
};

/** A call through sys_call_table with a frame that is whole but for registers that it uses up. */
export function callCode({ label, begin, earlyNip = '', lateNip = '', counts, full, trace, leave }: CallWay): string {
  return `${begin}${BEGIN_FRAME}${earlyNip}
  mfcr r9
  mflr r10
  mfxer r11
  mfmsr r12
  rlwinm r9, r9, 0, 4, 2
  stw r9, PT_CCR(r1)
  stw r10, PT_LINK(r1)
  stw r11, PT_XER(r1)
  stw r12, PT_MSR(r1)${lateNip}
  mfctr r9
  li r10, 0
  li r11, TRAP_SYSCALL
  stw r9, PT_CTR(r1)
  stw r10, PT_MQ(r1)
  stw r10, PT_RESULT(r1)
  stw r11, PT_TRAP(r1)
  mfsprg3 r2${counts}${trace ?? ''}
  cmplwi r0, NR_SYSCALLS
  bge ${label}_bad
  lis r11, SYS_CALL_TABLE@ha
  slwi r12, r0, 2
  addi r11, r11, SYS_CALL_TABLE@l
  lwzx r12, r11, r12
  mtctr r12
  bctrl
${label}_result:
  lwz r9, TI_FLAGS(r2)
  lwz r10, PT_TRAP(r1)
  andi. r9, r9, WORK_MASK
  bne ${label}_full
  cmpwi r10, TRAP_SYSCALL
  bne ${label}_full
  lwz r9, PT_CCR(r1)
  li r10, -4095
  cmplw r3, r10
  blt ${label}_leave
  neg r3, r3
  oris r9, r9, 0x1000
${label}_leave:
  lwz r10, PT_LINK(r1)
  lwz r11, PT_XER(r1)
  lwz r12, PT_NIP(r1)
  mtlr r10
  mtxer r11
  mtctr r12${programAgain('PT_R1')}
  bne ${label}_work${leave}

${label}_work:${count(full)}
  b direct_work

${label}_full:${count(full)}
  b system_call_result

${label}_bad:
  li r3, -ENOSYS
  b ${label}_result
${trace === undefined ? '' : `\n${label}_trace:${count(full)}\n  b system_call_trace\n`}`;
}

/**
 * The direct call: a kernel-mode user process calls here (`__kernel_vsyscall_kml` of the vDSO, or the
 * address in AT_SYSINFO) with the registers of `sc`: number in r0, arguments in r3 to r8. The result is
 * that of `sc`: r3, with CR0.SO set and a positive errno on failure. LR and what a function in the C convention keeps
 * come back as they were: r1, r2, r13 to r31, CR2 to CR4. What it may change is used up, as by the functions of
 * Linux's vDSO: r0, r4 to r12, CTR, XER, the rest of CR0, CR1, CR5 to CR7.
 *
 * Moving r1 into the kernel stack, and back, is the one step that makes this the kernel, and the program again: an
 * interrupt before counts as the program's, one behind as nested. No MSR changes. Stored is what a function in the C
 * convention may change, where its place in a frame is: the frame is made whole where a call failed and work waits, and
 * from the beginning (`kml_special`) for the calls that use it.
 *
 * A call that is to be restarted finds an `sc` in front of where its frame returns to.
 *
 * A recognised trap comes here by `kml_recognised`, with LR as the program has it and where it goes on in
 * the task's word; it goes back through CTR, which the trap uses up as well. Its frame is that of the trap.
 */
export const DIRECT_CALL = `${FAST}${WORK}${callCode(SPECIAL)}
${callCode(RECOGNISED)}
  sc
kml_return:
  blr
`;
