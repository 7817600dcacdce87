/**
 * Rewriting of SYSCALL. A jump has a delay slot, and what follows a SYSCALL is often a branch, which must
 * not lie in one. So the pair is rewritten that compilers make: `li v0, N` (or `move v0, r`), SYSCALL.
 *
 *     j stub                stub:  li v0, N
 *     teqi v0, N                   T8 := tail, on to the gate (entry/rewritten.ts)
 *     (goes on here)        tail:  syscall
 *                                  j (where the program goes on)
 *                                  its address, for the gate
 *
 * The second word is for those who come to it otherwise: a thread that was about to execute the SYSCALL,
 * a restart, a jump. V0 is N for them, so that it traps, and fixup goes on in the stub. In the delay slot
 * it does so if V0 happens to be N already, to the same end. What jumps to the SYSCALL with another number
 * must be a branch within reach, which is looked for. (glibc's calls of five arguments and more load V0
 * from the stack, and their callers have it there from V0: a trap for them would always be taken.)
 */
import {
  type Kernel,
  kernelRead32,
  kernelWrite32,
  type ReadText,
  type RewriteAbi,
  SIGNAL_TRAMPOLINE,
  type SitePlan,
} from '@kml/kernel';
import { CAUSE_BD } from '../isa/index.ts';
import { entryLabel } from './entry/kernel-text.ts';
import { PT } from './pt-regs.ts';
import { inDelaySlot, trappedAt } from './user-frame.ts';

const STUB_BYTES = 40;
/** Bytes in the stub to behind the moved instruction, and to the tail. */
const ENTER = 4;
const TAIL = 24;
const SYSCALL = 0x0000_000c;
/** li v0 with the numbers of sigreturn and rt_sigreturn. */
const TRAMPOLINES: ReadonlySet<number> = new Set([0x2402_1017, 0x2402_1061]);
const SIGTRAP = 5;
/** Branches to a SYSCALL are looked for as far as this on either side: no function is larger, hardly. */
const WINDOW = 0x4000;
const [V0, T8, T9] = [2, 24, 25] as const;

const JUMP = 0x0800_0000;
const jump = (target: number): number => JUMP | ((target >>> 2) & 0x3ff_ffff);
const lui = (register: number, value: number): number => 0x3c00_0000 | (register << 16) | ((value + 0x8000) >>> 16);
const addiu = (register: number, value: number): number =>
  0x2400_0000 | (register << 21) | (register << 16) | (value & 0xffff);
const jr = (register: number): number => (register << 21) | 8;

/** TEQI or TEQ of V0 and what the instruction loads it with; undefined if it loads it otherwise. */
function trapIfLoaded(word: number): number | undefined {
  // addiu v0, zero, N
  if (word >>> 16 === 0x2402) return (0x0400_0000 | (V0 << 21) | (0x0c << 16) | (word & 0xffff)) >>> 0;
  const source = (word >>> 21) & 31;
  const isMove =
    (word & 0xfc1f_ffff) >>> 0 === ((V0 << 11) | 0x25) || (word & 0xfc1f_ffff) >>> 0 === ((V0 << 11) | 0x21);
  return isMove && source !== V0 ? (V0 << 21) | (source << 16) | 0x34 : undefined;
}

/** Target of a branch or jump at an address, -1 for other instructions; -2: one that has no target of its own. */
function targetOf(word: number, at: number): number {
  const opcode = word >>> 26;
  if (opcode === 0) return (word & 0x3e) === 8 ? -2 : -1;
  if (opcode === 2 || opcode === 3) return (((at + 4) & 0xf000_0000) | ((word & 0x3ff_ffff) << 2)) >>> 0;
  // Of REGIMM those that are traps are none; of coprocessor 1 BC1F and its kin are.
  const isBranch =
    (opcode === 1 && ((word >>> 16) & 0xc) === 0) ||
    (opcode >= 4 && opcode <= 7) ||
    (opcode >= 20 && opcode <= 23) ||
    (opcode === 17 && ((word >>> 21) & 31) === 8);
  return isBranch ? (at + 4 + ((word << 16) >> 14)) >>> 0 : -1;
}

/** Where a call is executed again: at its SYSCALL, or where that was rewritten, in the stub behind the load of V0. */
export function restartPlace(kernel: Kernel, pc: number): number {
  const site = kernel.state.current?.mm?.rewrite?.sites.get(pc >>> 0);
  return site === undefined ? pc : site.stub + ENTER;
}

/** LinuxAbi.rewrite for a byte order. */
export function rewriteAbi(little: boolean): RewriteAbi {
  const words = (...values: number[]): Uint8Array => {
    const bytes = new Uint8Array(4 * values.length);
    const view = new DataView(bytes.buffer);
    for (const [i, value] of values.entries()) view.setUint32(4 * i, value >>> 0, little);
    return bytes;
  };
  const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset);

  const isBranchTarget = (site: number, read: ReadText): boolean => {
    // By pieces that lie within a page each, since the window may reach beyond the mapping.
    for (let from = Math.floor(Math.max(0, site - WINDOW) / 0x400) * 0x400; from < site + WINDOW; from += 0x400) {
      const bytes = read(from, 0x400);
      if (bytes === undefined) continue;
      const view = viewOf(bytes);
      for (let offset = 0; offset < 0x400; offset += 4) {
        if (targetOf(view.getUint32(offset, little), from + offset) === site) return true;
      }
    }
    return false;
  };

  const plan = (site: number, read: ReadText): SitePlan | string => {
    const bytes = read(site - 8, 12);
    if (bytes === undefined) return 'not mapped';
    const view = viewOf(bytes);
    const [before, load, trap] = [0, 4, 8].map((at) => view.getUint32(at, little)) as [number, number, number];
    if (trap !== SYSCALL) return 'no trap instruction';
    if (TRAMPOLINES.has(load)) return SIGNAL_TRAMPOLINE;
    const check = trapIfLoaded(load);
    if (check === undefined) return 'MIPS: no load of V0 in front';
    if (targetOf(before, site - 8) !== -1) return 'MIPS: the load of V0 lies in a delay slot';
    if (isBranchTarget(site, read)) return 'MIPS: a branch leads to the SYSCALL';
    const start = site - 4;
    const region = (site & 0xf000_0000) >>> 0;
    return {
      start,
      original: bytes.slice(4),
      stub: { low: region, high: region + 0x0fff_ffff - STUB_BYTES },
      make(stub) {
        const gate = entryLabel('kml_rewritten');
        const tail = stub + TAIL;
        return {
          patch: words(jump(stub), check),
          stub: words(
            ...[load, lui(T8, tail), lui(T9, gate), addiu(T9, gate), jr(T9), addiu(T8, tail)],
            ...[SYSCALL, jump(site + 4), 0, site + 4],
          ),
        };
      },
    };
  };

  return {
    stubBytes: STUB_BYTES,
    trapSite: (kernel, frame) => (inDelaySlot(kernel, frame) ? -1 : (kernelRead32(kernel, frame + PT.epc) >>> 0) - 4),
    plan: (_kernel, _mm, site, read) => plan(site, read),
    fixup: (kernel, _task, { cause, frame }) =>
      cause.kind === 'signal' && cause.signo === SIGTRAP && resumeInStub(kernel, frame),
  };
}

/** A trap where a SYSCALL was: goes on in the stub, behind the load of V0 if that was executed. */
function resumeInStub(kernel: Kernel, frame: number): boolean {
  const at = trappedAt(kernel, frame);
  const site = kernel.state.current!.mm!.rewrite!.sites.get(at);
  if (site === undefined) return false;
  kernelWrite32(kernel, frame + PT.epc, inDelaySlot(kernel, frame) ? site.stub : site.stub + ENTER);
  kernelWrite32(kernel, frame + PT.cause, kernelRead32(kernel, frame + PT.cause) & ~CAUSE_BD);
  return true;
}
