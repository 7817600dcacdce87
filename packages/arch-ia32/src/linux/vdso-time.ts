/**
 * The vDSO's functions that tell the time from the page in front of it and the time-stamp counter, and
 * ask the kernel where that does not do. Linux 6.1 arch/x86/entry/vdso/vclock_gettime.c, lib/vdso/gettimeofday.c
 */
import { syscallNumber, VDSO_DATA, VDSO_SHIFT } from '@kml/kernel';
import { SYSCALL_NUMBERS } from './syscall-numbers.ts';

const { sequence, multiplier, counter, monotonic, realtime, zone } = VDSO_DATA;

const numberOf = (name: string): number => syscallNumber(SYSCALL_NUMBERS, name);

/** Registers that the functions change and programs rely on. */
const SAVE = `
  push ebp
  push edi
  push esi
  push ebx`;
const LEAVE = `
  pop ebx
  pop esi
  pop edi
  pop ebp
  ret`;
/** Where the arguments are, behind these. */
const [FIRST, SECOND] = [20, 24];

/** Asks the kernel, with the function's two arguments. */
const ask = (call: string): string => `
  mov ebx, [esp + ${FIRST}]
  mov ecx, [esp + ${SECOND}]
  mov eax, ${numberOf(call)}
  call vdso_ask${LEAVE}`;

/** A clock_gettime whose structure has members of so many bytes. */
const clockGettime = (name: string, call: string, bytes: 4 | 8): string => `
  .align 16
${name}:${SAVE}
  mov edi, [esp + ${FIRST}]
  call vdso_read
  test esi, esi
  jz ${name}_ask
  mov edi, [esp + ${SECOND}]
  mov [edi], edx
  mov [edi + ${bytes}], eax
  xor eax, eax${bytes === 8 ? '\n  mov [edi + 4], eax\n  mov [edi + 12], eax' : ''}${LEAVE}
${name}_ask:${ask(call)}
`;

/**
 * vdso_read: the clock EDI as seconds EDX and nanoseconds EAX, and the data page in EBP; ESI is 0 if
 * only the kernel knows. vdso_ask: the call EAX by the best way in: in kernel mode a direct one.
 */
export const TIME_CODE = `${clockGettime('__vdso_clock_gettime', 'clock_gettime', 4)}
${clockGettime('__vdso_clock_gettime64', 'clock_gettime64', 8)}
  .align 16
__vdso_gettimeofday:${SAVE}
  xor edi, edi
  call vdso_read
  test esi, esi
  jz __vdso_gettimeofday_ask
  mov edi, [esp + ${FIRST}]
  test edi, edi
  jz __vdso_gettimeofday_zone
  mov [edi], edx
  xor edx, edx
  mov ecx, 1000
  div ecx
  mov [edi + 4], eax
__vdso_gettimeofday_zone:
  mov edi, [esp + ${SECOND}]
  test edi, edi
  jz __vdso_gettimeofday_done
  mov eax, [ebp + ${zone}]
  mov [edi], eax
  mov eax, [ebp + ${zone + 4}]
  mov [edi + 4], eax
__vdso_gettimeofday_done:
  xor eax, eax${LEAVE}
__vdso_gettimeofday_ask:${ask('gettimeofday')}
  .align 16
__vdso_time:${SAVE}
  xor edi, edi
  call vdso_read
  test esi, esi
  jz __vdso_time_ask
  mov edi, [esp + ${FIRST}]
  mov eax, edx
  test edi, edi
  jz __vdso_time_done
  mov [edi], eax
__vdso_time_done:${LEAVE}
__vdso_time_ask:${ask('time')}
  .align 16
__vdso_clock_getres:${SAVE}${ask('clock_getres')}
  .align 16
vdso_read:
  call vdso_here
vdso_here:
  pop ebp
  and ebp, 0xfffff000
  sub ebp, 4096
  cmp [ebp + ${multiplier}], 0
  je vdso_unknown
  lea esi, [ebp + ${monotonic}]
  cmp edi, 1
  je vdso_fine
  cmp edi, 4
  je vdso_fine
  cmp edi, 7
  je vdso_fine
  cmp edi, 6
  je vdso_coarse
  lea esi, [ebp + ${realtime}]
  test edi, edi
  jz vdso_fine
  cmp edi, 11
  je vdso_fine
  cmp edi, 5
  je vdso_coarse
vdso_unknown:
  xor esi, esi
  ret
vdso_coarse:
  mov ecx, [ebp + ${sequence}]
  mov edx, [esi]
  mov eax, [esi + 4]
  cmp ecx, [ebp + ${sequence}]
  jne vdso_coarse
  ret
vdso_fine:
  mov ecx, [ebp + ${sequence}]
  rdtsc
  sub eax, [ebp + ${counter}]
  mul [ebp + ${multiplier}]
  shrd eax, edx, ${VDSO_SHIFT}
  add eax, [esi + 4]
  mov edx, [esi]
  cmp ecx, [ebp + ${sequence}]
  jne vdso_fine
vdso_carry:
  cmp eax, 1000000000
  jb vdso_done
  sub eax, 1000000000
  inc edx
  jmp vdso_carry
vdso_done:
  ret
  .align 16
vdso_ask:
  mov edx, cs
  test edx, 3
  jz __kernel_vsyscall_kml
  jmp __kernel_vsyscall
`;

/** Names that programs look up. */
export const TIME_FUNCTIONS = [
  '__vdso_clock_gettime',
  '__vdso_clock_gettime64',
  '__vdso_gettimeofday',
  '__vdso_time',
  '__vdso_clock_getres',
];

/** DWARF's call-frame instructions and register numbers. DWARF 4, 6.4.2; System V ABI i386, table 2.14 */
const [DEF_CFA, DEF_CFA_OFFSET, ADVANCE, OFFSET] = [0x0c, 0x0e, 0x40, 0x80] as const;
const [EBX, ESP, EBP, ESI, EDI, EIP] = [3, 4, 5, 6, 7, 8] as const;
const SAVED = [EBP, EDI, ESI, EBX];

/** What SAVE has pushed, instruction by instruction; what is popped at the ends is not told. */
const IN_FUNCTION = [
  ...[DEF_CFA, ESP, 4, OFFSET | EIP, 1],
  ...SAVED.flatMap((register, at) => [ADVANCE | 1, DEF_CFA_OFFSET, 8 + 4 * at, OFFSET | register, 2 + at]),
];
/** As all through the functions that these call. */
const IN_HELPER = [
  ...[DEF_CFA, ESP, 24, OFFSET | EIP, 1],
  ...SAVED.flatMap((register, at) => [OFFSET | register, 2 + at]),
];

/** What unwinders have to know of each function. */
export const TIME_FRAMES: ReadonlyMap<string, readonly number[]> = new Map([
  ...TIME_FUNCTIONS.map((name) => [name, IN_FUNCTION] as const),
  ['vdso_read', IN_HELPER],
  ['vdso_ask', IN_HELPER],
]);
