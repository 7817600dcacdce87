/** The vDSO's code and image. Linux 6.1 arch/x86/entry/vdso/vdso32/; KML arch/x86/vdso/vdso32/kml.S */
import { buildVdso, VDSO_TEXT, type VdsoHeader, type VdsoSymbol } from '@kml/kernel';
import { assemble } from './asm/assembler.ts';
import { ENTRY_CONSTANTS } from './entry/constants.ts';

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
end:
`;

const EM_386 = 3;
const HEADER: VdsoHeader = { byteOrder: 'little', machine: EM_386, flags: 0, soname: 'linux-gate.so.1' };

const assembled = assemble(CODE, 0, ENTRY_CONSTANTS);
const EXPORTED = ['__kernel_vsyscall', '__kernel_sigreturn', '__kernel_rt_sigreturn', '__kernel_vsyscall_kml'];

function symbol(name: string): VdsoSymbol {
  const offset = assembled.labels.get(name)!;
  const end = Math.min(...[...assembled.labels.values()].filter((address) => address > offset));
  return { name, version: 'LINUX_2.5', offset, size: end - offset };
}

/** The ELF image, one page. */
export const VDSO_IMAGE = buildVdso(HEADER, assembled.bytes, EXPORTED.map(symbol));

/** Offset of a function, or of the label `landing_pad`, from the start of the image. Throws RangeError if there is none. */
export function vdsoOffset(name: string): number {
  const offset = assembled.labels.get(name);
  if (offset === undefined) throw new RangeError(`the vDSO has no '${name}'`);
  return VDSO_TEXT + offset;
}
