/** Where the processor may differ from us without either being wrong. */
import type { Row } from '../../../../packages/arch-ia32/src/isa/decode/row.ts';
import type { Case } from './record.ts';

const TRANSCENDENTAL = /^(f2xm1|fyl2x|fyl2xp1|fptan|fpatan|fsin|fcos|fsincos)$/;
const C1 = 0x200;

/** An 80-bit number as observed ('exponent:significand'), such that neighbours differ by 1. */
function ordinal(text: string): bigint {
  const exponent = BigInt(`0x${text.slice(0, 4)}`);
  return (exponent << 63n) + (BigInt(`0x${text.slice(5)}`) & 0x7fffffffffffffffn);
}

/** Lane by lane, as near as SDM vol. 2 has it for RCPPS and RSQRTPS: a relative error of 1.5 * 2^-12 at most. */
function nearSingles(want: string, got: string): boolean {
  const view = new DataView(new ArrayBuffer(8));
  return want.split('_').every((lane, i) => {
    view.setUint32(0, Number.parseInt(lane, 16));
    view.setUint32(4, Number.parseInt(got.split('_')[i]!, 16));
    const [x, y] = [view.getFloat32(0), view.getFloat32(4)];
    return Object.is(x, y) || lane === got.split('_')[i] || Math.abs(x - y) <= Math.abs(x) * 1.5 * 2 ** -12;
  });
}

/** Bytes of a state image that hold pointers and opcode of the last instruction, which processors track differently. */
function pointerBytes(row: Row, item: Case): readonly [from: number, to: number] {
  if (row.mnemonic === 'fxsave') return [6, 24];
  return item.code[0] === 0x66 ? [6, 14] : [12, 28];
}

/** MXCSR_MASK in an FXSAVE image: which bits of MXCSR the processor has; AMD's have one more (misaligned SSE). */
const MXCSR_MASK = [28, 32] as const;

function memoryEqual(row: Row, item: Case, want: string, got: string): boolean {
  // The operand is a disp32 at the end of the instruction.
  const code = item.code;
  const at = code.length - 4;
  const offset = code[at]! | (code[at + 1]! << 8);
  const [from, to] = pointerBytes(row, item);
  const [maskFrom, maskTo] = row.mnemonic === 'fxsave' ? MXCSR_MASK : [0, 0];
  for (let i = 0; i < want.length / 2; i++) {
    if (i >= offset + from && i < offset + to) continue;
    if (i >= offset + maskFrom && i < offset + maskTo) continue;
    if (want.slice(i * 2, i * 2 + 2) !== got.slice(i * 2, i * 2 + 2)) return false;
  }
  return true;
}

/** Whether a difference between the processor's outcome and ours is none. */
export function tolerance(row: Row, item: Case, name: string, want: string, got: string): boolean {
  if (TRANSCENDENTAL.test(row.mnemonic)) {
    // SDM vol. 1, "Transcendental Instruction Accuracy": below 1 ulp to nearest, 1.5 otherwise. C1, the direction of
    // the rounding, follows from it.
    if (name === 'sw') return ((Number.parseInt(want, 16) ^ Number.parseInt(got, 16)) & ~C1) === 0;
    if (name.startsWith('st')) {
      const distance = ordinal(want) - ordinal(got);
      return distance >= -1n && distance <= 1n;
    }
  }
  if (/^r(cp|sqrt)[ps]s$/.test(row.mnemonic) && name.startsWith('xmm')) return nearSingles(want, got);
  if (/^(fnstenv|fnsave|fxsave)$/.test(row.mnemonic) && name === 'mem') return memoryEqual(row, item, want, got);
  return false;
}
