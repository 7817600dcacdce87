/**
 * Unaligned LDM, STM, LDRD and STRD of user code, which the CPU faults on and the kernel makes good.
 * Linux 6.1 arch/arm/mm/alignment.c: do_alignment
 */
import { copyIn, copyOut, type Kernel, kernelRead32, kernelWrite32, StructReader, type Task } from '@kml/kernel';
import { PSR_IT, PSR_T } from '../isa/state.ts';
import { itOfPsr, itToPsr } from '../isa/system/psr.ts';
import { setFramePc } from './frame.ts';
import { PT } from './pt-regs.ts';

/** Words between memory and registers, in ascending order of both; base write-back, if any. */
interface Transfer {
  readonly load: boolean;
  readonly address: number;
  readonly registers: readonly number[];
  readonly base: number;
  readonly baseAfter: number;
}

type Read = (register: number) => number;
const PC = 15;

/** Emulates the instruction that the frame stands at. False, with nothing changed, if it is none of those or its memory faults. */
export function fixUnaligned(kernel: Kernel, task: Task, frame: number): boolean {
  const pc = kernelRead32(kernel, frame + PT.pc) >>> 0;
  const thumb = (kernelRead32(kernel, frame + PT.cpsr) & PSR_T) !== 0;
  const code = copyIn(kernel, task, pc, thumb ? 2 : 4);
  if (code === undefined) return false;
  const read: Read = (register) =>
    register === PC ? ((pc + (thumb ? 4 : 8)) & ~3) >>> 0 : kernelRead32(kernel, frame + 4 * register) >>> 0;
  if (!thumb) return transfer(kernel, task, frame, decodeA32(new StructReader(kernel, code).u32(0), read), pc + 4);
  const first = new StructReader(kernel, code).u16(0);
  if (first < 0xe800) return transfer(kernel, task, frame, decodeT16(first, read), pc + 2);
  const rest = copyIn(kernel, task, pc + 2, 2);
  if (rest === undefined) return false;
  const second = new StructReader(kernel, rest).u16(0);
  return transfer(kernel, task, frame, decodeT32(first, second, read), pc + 4);
}

function transfer(kernel: Kernel, task: Task, frame: number, what: Transfer | undefined, next: number): boolean {
  if (what === undefined) return false;
  const { load, address, registers, base, baseAfter } = what;
  const write = (register: number, value: number): void => {
    if (register === PC) setFramePc(kernel, frame, value);
    else kernelWrite32(kernel, frame + 4 * register, value);
  };
  const bytes = load ? copyIn(kernel, task, address, 4 * registers.length) : new Uint8Array(4 * registers.length);
  if (bytes === undefined) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (!load) {
    registers.forEach((register, i) => {
      view.setInt32(4 * i, kernelRead32(kernel, frame + 4 * register), true);
    });
    if (!copyOut(kernel, task, address, bytes)) return false;
  }
  kernelWrite32(kernel, frame + PT.pc, next);
  advanceIt(kernel, frame);
  if (baseAfter !== kernelRead32(kernel, frame + 4 * base) >>> 0) write(base, baseAfter);
  if (load) for (const [i, register] of registers.entries()) write(register, view.getInt32(4 * i, true));
  return true;
}

/** ITSTATE for the instruction behind. ARM ARM A2.5.2 */
function advanceIt(kernel: Kernel, frame: number): void {
  const cpsr = kernelRead32(kernel, frame + PT.cpsr);
  const it = itOfPsr(cpsr);
  const next = (it & 7) === 0 ? 0 : (it & 0xe0) | ((it << 1) & 0x1f);
  kernelWrite32(kernel, frame + PT.cpsr, (cpsr & ~PSR_IT) | itToPsr(next));
}

function listed(mask: number): number[] {
  return Array.from({ length: 16 }, (_, n) => n).filter((n) => (mask >> n) & 1);
}

/** LDM and STM by their P, U and W bits. */
function multiple(load: boolean, mask: number, n: number, p: boolean, u: boolean, w: boolean, read: Read): Transfer {
  const registers = listed(mask);
  const size = 4 * registers.length;
  const base = read(n);
  const lowest = u ? base : base - size;
  const address = (p === u ? lowest + 4 : lowest) >>> 0;
  const writeBack = w && !(load && (mask >> n) & 1);
  return { load, address, registers, base: n, baseAfter: writeBack ? (u ? base + size : base - size) >>> 0 : base };
}

/** LDRD and STRD. */
function double(
  load: boolean,
  registers: readonly [number, number],
  n: number,
  offset: number,
  { p, w }: { readonly p: boolean; readonly w: boolean },
  read: Read,
): Transfer {
  const base = read(n);
  const moved = (base + offset) >>> 0;
  return { load, address: p ? moved : base, registers, base: n, baseAfter: !p || w ? moved : base };
}

const bit = (word: number, n: number): boolean => ((word >>> n) & 1) !== 0;

/** ARM ARM A5.2.8 (LDRD, STRD), A5.5 (LDM, STM; not those of the user registers) */
function decodeA32(word: number, read: Read): Transfer | undefined {
  const n = (word >>> 16) & 15;
  const u = bit(word, 23);
  if ((word & 0x0e40_0000) === 0x0800_0000) {
    return multiple(bit(word, 20), word & 0xffff, n, bit(word, 24), u, bit(word, 21), read);
  }
  if ((word & 0x0e10_00d0) !== 0x0000_00d0) return undefined;
  const t = (word >>> 12) & 15;
  const amount = bit(word, 22) ? ((word >>> 4) & 0xf0) | (word & 15) : read(word & 15);
  const indexing = { p: bit(word, 24), w: bit(word, 21) };
  return double(!bit(word, 5), [t, t + 1], n, u ? amount : -amount, indexing, read);
}

/** ARM ARM A6.2: PUSH, POP, LDM, STM */
function decodeT16(half: number, read: Read): Transfer | undefined {
  const mask = half & 0xff;
  if ((half & 0xf000) === 0xc000) return multiple(bit(half, 11), mask, (half >>> 8) & 7, false, true, true, read);
  if ((half & 0xfe00) === 0xb400) return multiple(false, mask | ((half & 0x100) << 6), 13, true, false, true, read);
  if ((half & 0xfe00) === 0xbc00) return multiple(true, mask | ((half & 0x100) << 7), 13, false, true, true, read);
  return undefined;
}

/** ARM ARM A6.3.5 (LDM, STM), A6.3.6 (LDRD, STRD) */
function decodeT32(first: number, second: number, read: Read): Transfer | undefined {
  const n = first & 15;
  const u = bit(first, 7);
  const p = bit(first, 8);
  const w = bit(first, 5);
  const load = bit(first, 4);
  if ((first & 0xfe40) === 0xe800 && p !== u) return multiple(load, second, n, p, u, w, read);
  if ((first & 0xfe40) !== 0xe840 || (!p && !w)) return undefined;
  const amount = (second & 0xff) * 4;
  return double(load, [second >>> 12, (second >>> 8) & 15], n, u ? amount : -amount, { p, w }, read);
}
