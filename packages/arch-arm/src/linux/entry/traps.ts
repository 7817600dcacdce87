import { count, KERNEL_ENTRY, USER_ENTRY } from './macros.ts';

/** What an exception's handler passes to the kernel, the frame being in r0. */
interface Trap {
  readonly name: string;
  /** The return address is so many bytes ahead of where the program is to go on. ARM ARM table B1-7 */
  readonly ahead: number;
  /** Loads r1 to r3. */
  readonly arguments: string;
  readonly call: string;
  readonly counter: string;
  /** What is done before for user code; it may go to ret_to_user. */
  readonly before?: string;
}

/** Status and address registers of aborts. ARM ARM B4.1.51, B4.1.52, B4.1.95, B4.1.96 */
const TRAPS_BY_NAME: readonly Trap[] = [
  { name: 'und', ahead: 0, arguments: '\n  mov r1, #VECTOR_UND', call: 'KC_EXCEPTION', counter: 'ENTRIES_FAULT' },
  {
    name: 'pabt',
    ahead: 4,
    arguments: `
  mov r1, #VECTOR_PABT
  mrc p15, 0, r2, c5, c0, 1
  mrc p15, 0, r3, c6, c0, 2`,
    call: 'KC_EXCEPTION',
    counter: 'ENTRIES_FAULT',
  },
  {
    name: 'dabt',
    ahead: 8,
    arguments: `
  mov r1, #VECTOR_DABT
  mrc p15, 0, r2, c5, c0, 0
  mrc p15, 0, r3, c6, c0, 0`,
    call: 'KC_EXCEPTION',
    counter: 'ENTRIES_FAULT',
    // What the CPU does not do unaligned, the kernel does; it answers whether it has.
    before: `
  and r10, r2, #0xf
  cmp r10, #FSR_ALIGNMENT
  bne dabt_common
  mov r0, sp
  kernelcall KC_UNALIGNED
  cmp r0, #0
  bne ret_to_user
dabt_common:`,
  },
  // The one line there is belongs to the timer.
  { name: 'irq', ahead: 4, arguments: '\n  mov r1, #0', call: 'KC_INTERRUPT', counter: 'ENTRIES_INTERRUPT' },
];

/**
 * An exception's entry: r0, pc and cpsr go to the mode's three words, the rest is done in SVC mode. User
 * code is what runs in USR mode or in SYS mode, where no kernel code ever runs.
 */
function entry({ name, ahead, arguments: load, call, counter, before = '' }: Trap): string {
  return `
entry_${name}:${ahead === 0 ? '' : `\n  sub lr, lr, #${ahead}`}
  stmia sp, {r0, lr}
  mrs lr, spsr
  str lr, [sp, #8]
  mov r0, sp
  and lr, lr, #0xf
  cmp lr, #0
  cmpne lr, #0xf
  cps #MODE_SVC
  bne ${name}_kernel${USER_ENTRY}${count(counter, 'r8', 'r10')}${load}${before}
  mov r0, sp
  kernelcall ${call}
  b ret_to_user
${name}_kernel:${KERNEL_ENTRY}${count(counter, 'r8', 'r10')}${load}
  mov r0, sp
  kernelcall ${call}
  b ret_to_kernel
`;
}

/** Undefined instruction, aborts, interrupt. Linux 6.1 arch/arm/kernel/entry-armv.S: vector_stub */
export const TRAPS = `${TRAPS_BY_NAME.map(entry).join('')}
entry_bad:
  kernelcall KC_BAD_VECTOR
  b entry_bad
`;
