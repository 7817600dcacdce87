/**
 * Rewriting of `svc #0`. A32: a branch with the SVC's condition to the site's stub. Thumb: the SVC has
 * 16 bits, no branch that reaches a stub; together with the instruction before it, which moves into the
 * stub, it makes room for B.W.
 *
 * A stub does what SVC does but for the trap: it goes to SVC mode with interrupts masked, LR of that mode
 * saying where to go on, and on to the gate (entry/rewritten.ts).
 */
import { type Kernel, kernelRead32, type RewriteAbi, type SitePlan } from '@kml/kernel';
import { SVC } from '../isa/state.ts';
import { assemble } from './asm/assembler.ts';
import { entryLabel } from './entry/kernel-text.ts';
import { isThumb, setFramePc } from './frame.ts';
import { PT } from './pt-regs.ts';

const STUB_BYTES = 32;
const SIGTRAP = 5;
/** How far branches reach. ARM ARM A8.8.18: B encoding A1 and T4 */
const REACH_A32 = 0x200_0000;
const REACH_T32 = 0x100_0000;
/** B.W with J1 = J2 = 1. */
const REACH_BKPT = 0x40_0000;

/** From A32 code to the gate, at `at`; the program goes on at `back` (bit 0: Thumb). */
function enter(at: number, back: number): Uint8Array {
  const source = `
  cpsid #MODE_SVC
  ldr lr, back
  ldr pc, gate
back:
  .long ${back}
gate:
  .long ${entryLabel('kml_rewritten')}`;
  return assemble(source, at, new Map([['MODE_SVC', SVC]])).bytes;
}

function halves(...values: number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [value & 0xff, value >> 8]));
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const half = (bytes: Uint8Array, at: number): number => bytes[at]! | (bytes[at + 1]! << 8);

function planA32(site: number, word: Uint8Array): SitePlan | string {
  if (word[3]! >= 0xf0 || (word[3]! & 0xf) !== 0xf) return 'no trap instruction';
  if (word[0] || word[1] || word[2]) return 'SVC with a number';
  const condition = word[3]! & 0xf0;
  return {
    start: site,
    original: word,
    stub: { low: site + 8 - REACH_A32, high: site + 4 + REACH_A32 },
    make(stub) {
      const distance = (stub - (site + 8)) >> 2;
      const patch = Uint8Array.of(distance, distance >> 8, distance >> 16, condition | 0xa);
      return { patch, stub: enter(stub, site + 4) };
    },
  };
}

/** B.W from `at`. ARM ARM A8.8.18, T4 */
function branchWide(at: number, target: number): Uint8Array {
  const distance = target - (at + 4);
  const sign = (distance >> 24) & 1;
  const j1 = ((distance >> 23) & 1) ^ sign ^ 1;
  const j2 = ((distance >> 22) & 1) ^ sign ^ 1;
  const first = 0xf000 | (sign << 10) | ((distance >> 12) & 0x3ff);
  return halves(first, 0x9000 | (j1 << 13) | (j2 << 11) | ((distance >> 1) & 0x7ff));
}

const MOVES_NOTHING = 0x46c0;
const BX_PC = 0x4778;

/** A Thumb stub: the instruction that moved here, then A32 code at 8. */
function thumbStub(at: number, moved: Uint8Array, back: number): Uint8Array {
  const first = moved.length === 4 ? moved : joined(moved, halves(MOVES_NOTHING));
  return joined(first, halves(BX_PC, MOVES_NOTHING), enter(at + 8, back | 1));
}

/** Whether a 16-bit instruction does the same anywhere: no memory, no PC, no control, no IT. ARM ARM A6.2 */
function isMovable(word: number): boolean {
  if (word < 0x4400) return true;
  // ADD, CMP, MOV of high registers.
  if (word < 0x4700) return ((word >> 3) & 15) !== 15 && ((word & 7) | ((word >> 4) & 8)) !== 15;
  return word >= 0xa800 && word < 0xb000;
}

/** MOV.W and MOVW with an immediate. ARM ARM A8.8.102, T2 and T3 */
function isWideMove(first: number): boolean {
  return (first & 0xfbef) === 0xf04f || (first & 0xfbf0) === 0xf240;
}

const isIt = (word: number): boolean => word >> 8 === 0xbf && (word & 15) !== 0;
/** The first half of a 32-bit instruction. */
const isWide = (word: number): boolean => word >= 0xe800;

/**
 * The halves before the SVC must be known for what they are: a half below 0xe800 begins no 32-bit
 * instruction, so what follows it is one's beginning.
 *
 * Where a 16-bit instruction has moved, its B.W covers the SVC too. A program that jumps to the SVC alone
 * (or a thread that was about to execute it) meets the second half of the B.W: the stub is placed so that
 * this is a BKPT, and fixup goes on behind the moved instruction.
 */
function planThumb(at: number, before: Uint8Array): SitePlan | string {
  const [h6, h4, h2] = [half(before, 8), half(before, 10), half(before, 12)];
  if (half(before, 14) !== 0xdf00) return 'no SVC #0';
  for (let i = 0; i < 12; i += 2) if (isIt(half(before, i))) return 'Thumb: in or near an IT block';
  const back = at + 2;
  if (isWide(h4) && !isWide(h6)) {
    if (!isWideMove(h4)) return 'Thumb: the instruction before cannot be moved';
    const start = at - 4;
    const moved = before.slice(10, 14);
    return {
      start,
      original: moved,
      stub: { low: start + 4 - REACH_T32, high: start + REACH_T32 },
      make: (stub) => ({ patch: branchWide(start, stub), stub: thumbStub(stub, moved, back) }),
    };
  }
  if (isWide(h4)) return 'Thumb: the instruction before is not known';
  if (!isMovable(h2)) return 'Thumb: the instruction before cannot be moved';
  const start = at - 2;
  const moved = before.slice(12, 14);
  const fits = (stub: number): boolean => {
    const low = ((stub - (start + 4)) >> 1) & 0x7ff;
    return low >= 0x600 && low <= 0x6ff;
  };
  return {
    start,
    original: before.slice(12, 16),
    stub: { low: start + 4 - REACH_BKPT, high: start + REACH_BKPT, fits },
    make: (stub) => ({ patch: branchWide(start, stub), stub: thumbStub(stub, moved, back) }),
  };
}

/** A BKPT that stands where an SVC did: goes on in the stub, behind the instruction that moved there. */
function resumeInStub(kernel: Kernel, frame: number): boolean {
  if (!isThumb(kernel, frame)) return false;
  const pc = kernelRead32(kernel, frame + PT.pc) >>> 0;
  const site = kernel.state.current!.mm!.rewrite!.sites.get((pc | 1) >>> 0);
  if (site === undefined || site.start !== pc - 2) return false;
  setFramePc(kernel, frame, (site.stub + 4) | 1);
  return true;
}

/** LinuxAbi.rewrite. A site in Thumb code has bit 0 set. */
export const rewrite: RewriteAbi = {
  stubBytes: STUB_BYTES,
  trapSite(kernel, frame) {
    const pc = kernelRead32(kernel, frame + PT.pc) >>> 0;
    return isThumb(kernel, frame) ? pc - 1 : pc - 4;
  },
  plan(_kernel, _mm, site, read) {
    if ((site & 1) === 0) {
      const word = read(site, 4);
      return word === undefined ? 'not mapped' : planA32(site, word);
    }
    const before = read(site - 15, 16);
    return before === undefined ? 'not mapped' : planThumb(site - 1, before);
  },
  fixup: (kernel, _task, { cause, frame }) =>
    cause.kind === 'signal' && cause.signo === SIGTRAP && resumeInStub(kernel, frame),
};
