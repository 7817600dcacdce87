/**
 * Loads and stores whose address is not aligned: the kernel carries them out, also in delay slots.
 * Linux 6.1 arch/mips/kernel/unaligned.c: emulate_load_store_insn
 */
import {
  copyIn,
  copyOut,
  type Kernel,
  kernelRead32,
  kernelWrite32,
  StructReader,
  StructWriter,
  type Task,
} from '@kml/kernel';
import { readFloat32, readFloat64, writeFloat32, writeFloat64 } from './fp-registers.ts';
import { frameFromUser } from './frame.ts';
import { USER_END } from './layout.ts';
import { PT } from './pt-regs.ts';
import { addressBehind, readRegister, trappedAt, trappedWord, writeRegister } from './user-frame.ts';

/** What an instruction moves. */
interface Access {
  readonly bytes: 2 | 4 | 8;
  /** Puts what was read into register `rt`; a store has `store` instead. */
  readonly load?: (kernel: Kernel, frame: number, rt: number, from: StructReader) => void;
  readonly store?: (kernel: Kernel, frame: number, rt: number, into: StructWriter) => void;
}

/** By major opcode. LL and SC must be aligned: they are not here. */
const ACCESSES: ReadonlyMap<number, Access> = new Map<number, Access>([
  [0x21, { bytes: 2, load: (kernel, frame, rt, from) => writeRegister(kernel, frame, rt, from.i16(0)) }],
  [0x23, { bytes: 4, load: (kernel, frame, rt, from) => writeRegister(kernel, frame, rt, from.i32(0)) }],
  [0x25, { bytes: 2, load: (kernel, frame, rt, from) => writeRegister(kernel, frame, rt, from.u16(0)) }],
  [0x29, { bytes: 2, store: (kernel, frame, rt, into) => void into.u16(readRegister(kernel, frame, rt) & 0xffff) }],
  [0x2b, { bytes: 4, store: (kernel, frame, rt, into) => void into.u32(readRegister(kernel, frame, rt)) }],
  [0x31, { bytes: 4, load: (kernel, _frame, ft, from) => writeFloat32(kernel.cpu, ft, from.i32(0)) }],
  [0x39, { bytes: 4, store: (kernel, _frame, ft, into) => void into.u32(readFloat32(kernel.cpu, ft)) }],
  [
    0x35,
    {
      bytes: 8,
      load(kernel, _frame, ft, from) {
        const value = from.u64(0);
        writeFloat64(kernel.cpu, ft, Number(value & 0xffff_ffffn) | 0, Number(value >> 32n) | 0);
      },
    },
  ],
  [
    0x3d,
    {
      bytes: 8,
      store(kernel, _frame, ft, into) {
        const [low, high] = readFloat64(kernel.cpu, ft);
        into.u64((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0));
      },
    },
  ],
]);

/** Why an access was not carried out: a signal is due. */
export type Refusal = 'bus' | 'segment';

/** Carries out the access that the frame is of; undefined if done, and the program goes on behind it. */
export function fixUnaligned(kernel: Kernel, task: Task, frame: number): Refusal | undefined {
  const address = kernelRead32(kernel, frame + PT.badVAddr) >>> 0;
  if (!frameFromUser(kernel, frame) || address === trappedAt(kernel, frame)) return 'bus';
  if (address > USER_END) return 'segment';
  const word = trappedWord(kernel, task, frame);
  const access = word === undefined ? undefined : ACCESSES.get(word >>> 26);
  if (word === undefined || access === undefined) return 'bus';
  if (address > USER_END - access.bytes) return 'segment';
  const next = addressBehind(kernel, task, frame);
  if (next === undefined) return 'bus';
  const rt = (word >>> 16) & 31;
  if (access.load !== undefined) {
    const bytes = copyIn(kernel, task, address, access.bytes);
    if (bytes === undefined) return 'segment';
    access.load(kernel, frame, rt, new StructReader(kernel, bytes));
  } else {
    const into = new StructWriter(kernel, access.bytes);
    access.store!(kernel, frame, rt, into);
    if (!copyOut(kernel, task, address, into.bytes)) return 'segment';
  }
  kernelWrite32(kernel, frame + PT.epc, next);
  return undefined;
}
