/** The vDSO's code and image. Linux 6.1 arch/powerpc/kernel/vdso/ */
import {
  buildVdso,
  sleb,
  type UnwindRange,
  type UnwindTable,
  uleb,
  VDSO_TEXT,
  type VdsoHeader,
  type VdsoSymbol,
} from '@kml/kernel';
import { assemble } from './asm/assembler.ts';
import { timebaseHz } from './cpuinfo.ts';
import { entryLabel } from './entry/kernel-text.ts';
import { PT } from './pt-regs.ts';
import { REGISTERS_AT_HANDLER_SP } from './signal-frame.ts';
import { TIME_CODE, TIME_FUNCTIONS } from './vdso-time.ts';

const EM_PPC = 20;
const HEADER: VdsoHeader = { byteOrder: 'big', machine: EM_PPC, flags: 0, soname: 'linux-vdso32.so.1' };
const VERSION = 'LINUX_2.6.15';
const NR_SIGRETURN = 119;
const NR_RT_SIGRETURN = 172;

/**
 * The sequences of the trampolines are what unwinders look for, word for word. Instruction and data
 * caches are one here, so synchronising them is a matter of form. The kernel-mode stub goes to the
 * direct call in kernel text: elsewhere fetching it is a segmentation fault. The word in front of a
 * trampoline is for unwinders, which look for the instruction before a return address.
 */
const CODE = `
  nop
__kernel_sigtramp32:
  li r0, NR_SIGRETURN
  sc
  nop
__kernel_sigtramp_rt32:
  li r0, NR_RT_SIGRETURN
  sc
__kernel_get_tbfreq:
  lis r4, TIMEBASE_HZ@h
  ori r4, r4, TIMEBASE_LOW
  li r3, 0
  crclr 3
  blr
__kernel_sync_dicache:
  sync
  isync
  crclr 3
  li r3, 0
  blr
__kernel_vsyscall_kml:
  lis r12, KML_CALL@h
  ori r12, r12, KML_CALL_LOW
  mtctr r12
  bctr
${TIME_CODE}end:
`;

const EXPORTED = [
  '__kernel_sigtramp32',
  '__kernel_sigtramp_rt32',
  '__kernel_get_tbfreq',
  '__kernel_sync_dicache',
  '__kernel_vsyscall_kml',
  ...TIME_FUNCTIONS,
];

const [DW_CFA_DEF_CFA_EXPRESSION, DW_CFA_EXPRESSION] = [0x0f, 0x10];
const [DW_OP_BREG1, DW_OP_DEREF, DW_OP_PLUS_UCONST] = [0x71, 0x06, 0x23];
/** Columns of DWARF's register numbering. Column 67 is free for the address that was interrupted. */
const [COLUMN_FP, COLUMN_LR, COLUMN_NIP, COLUMN_CR] = [32, 65, 67, 70];
/** Floating-point registers behind the general ones in a machine context. */
const FP_OFFSET = 192;

/**
 * Where the registers of a signal frame are, for a trampoline whose frame keeps a pointer to them at
 * `pointer` from r1. Linux 6.1 arch/powerpc/kernel/vdso/sigtramp32.S
 */
function frameInstructions(pointer: number): number[] {
  const registers = [DW_OP_BREG1!, ...sleb(pointer), DW_OP_DEREF!];
  const saved = (column: number, offset: number): number[] => {
    const place = offset === 0 ? registers : [...registers, DW_OP_PLUS_UCONST!, ...uleb(offset)];
    return [DW_CFA_EXPRESSION!, ...uleb(column), ...uleb(place.length), ...place];
  };
  const sp = [...registers, DW_OP_PLUS_UCONST!, ...uleb(PT.r1), DW_OP_DEREF!];
  const columns = Array.from({ length: 32 }, (_, n) => n);
  return [
    ...[DW_CFA_DEF_CFA_EXPRESSION!, ...uleb(sp.length), ...sp],
    ...columns.filter((n) => n !== 1).flatMap((n) => saved(n, 4 * n)),
    ...saved(COLUMN_NIP!, PT.nip),
    ...saved(COLUMN_LR!, PT.link),
    ...saved(COLUMN_CR!, PT.ccr),
    ...columns.flatMap((n) => saved(COLUMN_FP! + n, FP_OFFSET + 8 * n)),
  ];
}

function unwindTable(labels: ReadonlyMap<string, number>): UnwindTable {
  const range = (name: string, pointer: number): UnwindRange => ({
    start: VDSO_TEXT + labels.get(name)! - 4,
    size: 12,
    instructions: frameInstructions(pointer),
  });
  return {
    codeAlign: 4,
    dataAlign: -4,
    returnColumn: COLUMN_NIP!,
    signalFrames: true,
    ranges: [
      range('__kernel_sigtramp32', REGISTERS_AT_HANDLER_SP.old),
      range('__kernel_sigtramp_rt32', REGISTERS_AT_HANDLER_SP.rt),
    ],
  };
}

function assembled(timebase: number): ReturnType<typeof assemble> {
  const call = entryLabel('kml_call');
  const constants = new Map([
    ['NR_SIGRETURN', NR_SIGRETURN],
    ['NR_RT_SIGRETURN', NR_RT_SIGRETURN],
    ['TIMEBASE_HZ', timebase],
    ['TIMEBASE_LOW', timebase & 0xffff],
    ['KML_CALL', call],
    ['KML_CALL_LOW', call & 0xffff],
  ]);
  return assemble(CODE, 0, constants);
}

/** The ELF image, one page, for a CPU of this clock rate. */
export function vdsoImage(clockHz: number): Uint8Array {
  const { bytes, labels } = assembled(timebaseHz(clockHz));
  const symbols = EXPORTED.map((name): VdsoSymbol => {
    const offset = labels.get(name)!;
    const ends = [...EXPORTED, 'vdso_read', 'end'].map((label) => labels.get(label)!);
    const end = Math.min(...ends.filter((address) => address > offset));
    return { name, version: VERSION, offset, size: end - offset };
  });
  return buildVdso(HEADER, bytes, symbols, unwindTable(labels));
}

/** Offsets do not depend on the clock rate. */
const LABELS = assembled(0).labels;

/** Offset of a function from the start of the image. Throws RangeError if there is none. */
export function vdsoOffset(name: string): number {
  const offset = LABELS.get(name);
  if (offset === undefined) throw new RangeError(`the vDSO has no '${name}'`);
  return VDSO_TEXT + offset;
}
