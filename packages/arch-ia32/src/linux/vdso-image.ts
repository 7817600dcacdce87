/** The vDSO's code and image. Linux 6.1 arch/x86/entry/vdso/vdso32/; KML arch/x86/vdso/vdso32/kml.S */
import {
  buildVdso,
  type UnwindRange,
  type UnwindTable,
  VDSO_TEXT,
  type VdsoHeader,
  type VdsoSymbol,
} from '@kml/kernel';
import { assemble } from './asm/assembler.ts';
import { ENTRY_CONSTANTS } from './entry/constants.ts';
import { TIME_CODE, TIME_FRAMES, TIME_FUNCTIONS } from './vdso-time.ts';

/**
 * The sequences of the sigreturn stubs are what unwinders look for, byte for byte. The kernel-mode stub
 * jumps through a table in kernel data, whose last entry serves every number beyond.
 */
const CODE = `
__kernel_vsyscall:
  push ecx
  push edx
  push ebp
  mov ebp, esp
  sysenter
  int 0x80
landing_pad:
  pop ebp
  pop edx
  pop ecx
  ret
  .align 16
  nop
__kernel_sigreturn:
  pop eax
  mov eax, 119
  int 0x80
  .align 16
  nop
__kernel_rt_sigreturn:
  mov eax, 173
  int 0x80
  .align 16
__kernel_vsyscall_kml:
  cmp eax, NR_SYSCALLS
  jae beyond
  jmp [KML_CALL_TABLE + eax*4]
beyond:
  jmp [KML_CALL_TABLE + NR_SYSCALLS + NR_SYSCALLS + NR_SYSCALLS + NR_SYSCALLS]
${TIME_CODE}end:
`;

const EM_386 = 3;
const HEADER: VdsoHeader = { byteOrder: 'little', machine: EM_386, flags: 0, soname: 'linux-gate.so.1' };

const assembled = assemble(CODE, 0, ENTRY_CONSTANTS);
const EXPORTED = ['__kernel_vsyscall', '__kernel_sigreturn', '__kernel_rt_sigreturn', '__kernel_vsyscall_kml'];
const VERSION = 'LINUX_2.5';
const TIME_VERSION = 'LINUX_2.6';

/** A function: up to the next one. The landing pad is within __kernel_vsyscall. */
function symbol(name: string, version: string): VdsoSymbol {
  const offset = assembled.labels.get(name)!;
  const functions = [...EXPORTED, ...TIME_FUNCTIONS, ...TIME_FRAMES.keys(), 'end'];
  const end = Math.min(...functions.map((label) => assembled.labels.get(label)!).filter((address) => address > offset));
  return { name, version, offset, size: end - offset };
}

/** DWARF's call-frame instructions and register numbers. DWARF 4, 6.4.2; System V ABI i386, table 2.14 */
const [DEF_CFA, DEF_CFA_OFFSET, ADVANCE, OFFSET, RESTORE] = [0x0c, 0x0e, 0x40, 0x80, 0xc0] as const;
const [ECX, EDX, ESP, EBP, EIP] = [1, 2, 4, 5, 8] as const;
const AT_ENTRY = [DEF_CFA, ESP, 4, OFFSET | EIP, 1];

/** What __kernel_vsyscall has pushed, instruction by instruction. */
const VSYSCALL_FRAMES = [
  ...AT_ENTRY,
  ...[ADVANCE | 1, DEF_CFA_OFFSET, 8, OFFSET | ECX, 2],
  ...[ADVANCE | 1, DEF_CFA_OFFSET, 12, OFFSET | EDX, 3],
  ...[ADVANCE | 1, DEF_CFA_OFFSET, 16, OFFSET | EBP, 4],
  // To behind the POP EBP at the landing pad.
  ...[ADVANCE | (assembled.labels.get('landing_pad')! - 2), DEF_CFA_OFFSET, 12, RESTORE | EBP],
  ...[ADVANCE | 1, DEF_CFA_OFFSET, 8, RESTORE | EDX],
  ...[ADVANCE | 1, DEF_CFA_OFFSET, 4, RESTORE | ECX],
];

function range(name: string, instructions: readonly number[]): UnwindRange {
  const { offset, size } = symbol(name, VERSION);
  return { start: VDSO_TEXT + offset, size, instructions };
}

/** The sigreturn stubs have none: unwinders know them by their code. */
const UNWIND: UnwindTable = {
  codeAlign: 1,
  dataAlign: -4,
  returnColumn: EIP,
  signalFrames: false,
  ranges: [
    range('__kernel_vsyscall', VSYSCALL_FRAMES),
    range('__kernel_vsyscall_kml', AT_ENTRY),
    ...[...TIME_FRAMES].map(([name, instructions]) => range(name, instructions)),
  ],
};

/** The ELF image, one page. */
export const VDSO_IMAGE = buildVdso(
  HEADER,
  assembled.bytes,
  [...EXPORTED.map((name) => symbol(name, VERSION)), ...TIME_FUNCTIONS.map((name) => symbol(name, TIME_VERSION))],
  UNWIND,
);

/** Offset of a function, or of the label `landing_pad`, from the start of the image. Throws RangeError if there is none. */
export function vdsoOffset(name: string): number {
  const offset = assembled.labels.get(name);
  if (offset === undefined) throw new RangeError(`the vDSO has no '${name}'`);
  return VDSO_TEXT + offset;
}
