import { ELF_HEADER_BYTES, readElfHeader } from './elf-header.ts';
import type { ArchPlugin } from './plugin.ts';

/** What an ELF file says of itself, and whether a machine here would run it. */
export interface ElfDescription {
  readonly isElf: boolean;
  /** The machine could start it, given its interpreter. */
  readonly runnable: boolean;
  /** Why not, in a few words. */
  readonly problem: string;
  readonly isa: string;
  /** Name of the architecture here that takes it, '' where none does. */
  readonly arch: string;
  readonly kind: string;
  readonly entry: number;
  /** Path of the dynamic linker, if it needs one. */
  readonly interpreter: string | undefined;
  readonly segments: number;
  readonly memoryBytes: number;
}

const MACHINES: Record<number, string> = {
  2: 'SPARC',
  3: 'IA-32',
  8: 'MIPS',
  20: 'PowerPC',
  21: 'PowerPC64',
  22: 'S/390',
  40: 'ARM',
  62: 'x86-64',
  183: 'AArch64',
  243: 'RISC-V',
};
const KINDS: Record<number, string> = {
  1: 'relocatable object',
  2: 'executable',
  3: 'position-independent executable or library',
  4: 'core file',
};
const PT_LOAD = 1;
const PT_INTERP = 3;

/** Reads headers only; never throws, whatever the bytes. */
export function describeElf(bytes: Uint8Array, plugins: readonly ArchPlugin[]): ElfDescription {
  const nothing = {
    ...{
      isElf: false,
      runnable: false,
      isa: '',
      arch: '',
      kind: '',
      entry: 0,
      interpreter: undefined,
      segments: 0,
      memoryBytes: 0,
    },
  };
  if (bytes.length === 0) return { ...nothing, problem: 'is empty' };
  if (bytes[0] === 0x23 && bytes[1] === 0x21) return { ...nothing, problem: 'is a script, not an ELF file' };
  if (bytes.length < 4 || bytes[0] !== 0x7f || bytes[1] !== 0x45 || bytes[2] !== 0x4c || bytes[3] !== 0x46) {
    return { ...nothing, problem: 'is not an ELF file' };
  }
  if (bytes.length < ELF_HEADER_BYTES)
    return { ...nothing, isElf: true, problem: 'is truncated: its ELF header is incomplete' };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[5] !== 2;
  const elfClass = bytes[4]!;
  const type = view.getUint16(16, little);
  const machine = view.getUint16(18, little);
  const order = machine === 8 || machine === 40 ? `, ${little ? 'little' : 'big'}-endian` : '';
  const isa = `${MACHINES[machine] ?? `machine ${machine}`}${elfClass === 2 ? ', 64-bit' : ''}${order}`;
  const named = { ...nothing, isElf: true, isa, kind: KINDS[type] ?? `type ${type}` };
  const header = readElfHeader(bytes)!;
  const plugin = plugins.find(({ abi }) => abi.checkElf(header) === undefined);
  if (!plugin) {
    return { ...named, problem: `is for ${isa}; this machine runs ${plugins.map((plugin) => plugin.name).join(', ')}` };
  }
  const facts = { ...named, arch: plugin.name };
  if (type !== 2 && type !== 3)
    return { ...facts, problem: `is no program but a${/^[aeiou]/.test(facts.kind) ? 'n' : ''} ${facts.kind}` };
  return withSegments(bytes, view, little, facts);
}

function withSegments(
  bytes: Uint8Array,
  view: DataView,
  little: boolean,
  facts: Omit<ElfDescription, 'problem'>,
): ElfDescription {
  const table = view.getUint32(28, little);
  const size = view.getUint16(42, little);
  const count = view.getUint16(44, little);
  if (size < 32 || count === 0 || table + size * count > bytes.length) {
    return { ...facts, problem: 'is truncated: its program headers lie outside the file' };
  }
  let interpreter: string | undefined;
  let segments = 0;
  let memoryBytes = 0;
  for (let index = 0; index < count; index++) {
    const at = table + index * size;
    const [type, offset, , , fileSize, memorySize] = [0, 4, 8, 12, 16, 20].map((field) =>
      view.getUint32(at + field, little),
    ) as [number, number, number, number, number, number];
    if ((type === PT_LOAD || type === PT_INTERP) && fileSize > 0 && offset + fileSize > bytes.length) {
      // A segment of zeros only may name any place in the file: Linux reads nothing for it (fs/binfmt_elf.c: elf_map).
      return { ...facts, problem: 'is truncated: a segment lies outside the file' };
    }
    if (type === PT_LOAD) {
      segments++;
      memoryBytes += memorySize;
    } else if (type === PT_INTERP) {
      interpreter = new TextDecoder('latin1').decode(bytes.subarray(offset, offset + fileSize)).replace(/\0.*$/s, '');
    }
  }
  const complete = { ...facts, interpreter, segments, memoryBytes, entry: view.getUint32(24, little) };
  return segments === 0
    ? { ...complete, problem: 'has nothing to load' }
    : { ...complete, runnable: true, problem: '' };
}
