/** Moves, loads and stores of floating point registers. MIPS32 vol. II. */
import type { I32 } from '@kml/core';
import { CFC1, CTC1, FCSR_NUMBER, FIR_NUMBER } from '../fp/control.ts';
import { SCRATCH_DOUBLES, SCRATCH_WORDS, WITH_CAUSE } from '../fp/last-cause.ts';
import { FIR } from '../identity.ts';
import { FCC, layout, reg, reg64 } from '../state.ts';
import {
  FD,
  FS,
  needFpu,
  needFr,
  needPairs,
  readDouble,
  readHigh,
  readLong,
  readSingle,
  readWord,
  writeDouble,
  writeHigh,
  writeLong,
  writeSingle,
  writeWord,
} from './fpu.ts';
import type { Insn } from './insn.ts';

/** MFC1, MTC1. */
export const mfc1 = needFpu((x) => x.set(x.rt, readWord(x, x.rd)));
export const mtc1 = needFpu((x) => writeWord(x, x.rd, x.get(x.rt)));

/** MFHC1, MTHC1: of a pair's even register the odd one, too. */
export const mfhc1 = needFpu((x) => x.set(x.rt, readHigh(x, x.rd)));
export const mthc1 = needFpu((x) => writeHigh(x, x.rd, x.get(x.rt)));

const SCRATCH = layout.array('scratch').offset;
const FCSR = reg('fcsr');
const LAST = reg('fpLast');

/** FCSR as a whole; libm's functions look at its rounding mode at every call. */
function readFcsr(x: Insn): I32 {
  const { b } = x;
  ['fpA', 'fpB', 'fpC'].forEach((name, n) => {
    b.poke64(x.const(0), b.bitsOfF64(b.getF64(reg64(name))), SCRATCH + SCRATCH_DOUBLES + 8 * n);
  });
  ['fpWordA', 'fpWordB', 'fpWordC'].forEach((name, n) => {
    b.poke32(x.const(0), b.get(reg(name)), SCRATCH + SCRATCH_WORDS + 4 * n);
  });
  let value = b.helper(b.get(LAST), b.get(FCSR), x.const(0), WITH_CAUSE);
  b.set(value, FCSR);
  b.set(x.const(0), LAST);
  FCC.forEach((slot, n) => {
    value = b.or(value, b.shl(b.get(slot), x.const(n === 0 ? 23 : 24 + n)));
  });
  return value;
}

/** CFC1, CTC1. */
export const cfc1 = needFpu((x) => {
  if (x.rd === FIR_NUMBER) x.set(x.rt, x.const(FIR));
  else if (x.rd === FCSR_NUMBER) x.set(x.rt, readFcsr(x));
  else x.b.endWith({ ...systemEnd(x, CFC1, x.const(x.rt), x.const(x.rd)), faults: false });
});
export const ctc1 = needFpu((x) => {
  x.b.endWith(systemEnd(x, CTC1, x.const(x.rd), x.get(x.rt)));
});

function systemEnd(x: Insn, routine: number, a: I32, b: I32) {
  return { kind: 'system', routine, args: [a, b], next: (x.pc + 4) | 0 } as const;
}

/** LWC1, SWC1, LDC1, SDC1. */
export const lwc1 = needFpu((x) => writeSingle(x, x.rt, x.b.loadF32(x.address())));
export const swc1 = needFpu((x) => {
  x.b.storeF32(x.address(), readSingle(x, x.rt));
});
export const ldc1 = needFpu((x) => writeDouble(x, x.rt, x.b.loadF64(x.address())));
export const sdc1 = needFpu((x) => {
  x.b.storeF64(x.address(), readDouble(x, x.rt));
});

/** Address of the indexed forms: base plus index register. */
function indexed(x: Insn): I32 {
  return x.b.add(x.get(x.rs), x.get(x.rt));
}

/** LWXC1, SWXC1, LDXC1, SDXC1. */
export const lwxc1 = needFpu((x) => writeSingle(x, x.sa, x.b.loadF32(indexed(x))));
export const swxc1 = needFpu((x) => {
  x.b.storeF32(indexed(x), readSingle(x, x.rd));
});
export const ldxc1 = needPairs([FD], (x) => writeDouble(x, x.sa, x.b.loadF64(indexed(x))));
export const sdxc1 = needPairs([FS], (x) => {
  x.b.storeF64(indexed(x), readDouble(x, x.rd));
});

/** LUXC1, SUXC1: the address rounded down. They need 64-bit registers. */
const rounded = (x: Insn): I32 => x.b.and(indexed(x), x.const(~7));
export const luxc1 = needFr((x) => writeDouble(x, x.sa, x.b.loadF64(rounded(x))));
export const suxc1 = needFr((x) => {
  x.b.storeF64(rounded(x), readDouble(x, x.rd));
});

// ---- between floating point registers; formats tell only the width

/** MOV.S, ABS.S, NEG.S. ABS and NEG change the sign alone, of NaNs as well. */
export const movS = needFpu((x) => writeWord(x, x.sa, readWord(x, x.rd)));
export const absS = needFpu((x) => writeWord(x, x.sa, x.b.and(readWord(x, x.rd), x.const(0x7fff_ffff))));
export const negS = needFpu((x) => writeWord(x, x.sa, x.b.xor(readWord(x, x.rd), x.const(0x8000_0000))));

/** MOV.D, ABS.D, NEG.D. */
export const movD = needPairs([FS, FD], (x) => writeDouble(x, x.sa, readDouble(x, x.rd)));
export const absD = needPairs([FS, FD], (x) =>
  writeLong(x, x.sa, x.b.and64(readLong(x, x.rd), x.b.constant64(-1, 0x7fff_ffff))),
);
export const negD = needPairs([FS, FD], (x) =>
  writeLong(x, x.sa, x.b.xor64(readLong(x, x.rd), x.b.constant64(0, 0x8000_0000))),
);

/** Whether the move is made. */
type Condition = (x: Insn) => I32;
/** Condition code (bits 20:18) clear, set. */
export const CC_FALSE: Condition = (x) => x.b.eqz(x.b.get(FCC[x.rt >> 2]!));
export const CC_TRUE: Condition = (x) => x.b.get(FCC[x.rt >> 2]!);
/** General register zero, not zero. */
export const RT_ZERO: Condition = (x) => x.b.eqz(x.get(x.rt));
export const RT_NOT_ZERO: Condition = (x) => x.get(x.rt);

/** MOVF.S, MOVT.S, MOVZ.S, MOVN.S. */
export const moveSingleIf = (condition: Condition): ((x: Insn) => void) =>
  needFpu((x) => writeWord(x, x.sa, x.b.select(readWord(x, x.rd), readWord(x, x.sa), condition(x))));

/** MOVF.D, MOVT.D, MOVZ.D, MOVN.D. */
export const moveDoubleIf = (condition: Condition): ((x: Insn) => void) =>
  needPairs([FS, FD], (x) => writeLong(x, x.sa, x.b.select64(readLong(x, x.rd), readLong(x, x.sa), condition(x))));

/** MOVF, MOVT: general registers on a condition code. */
export const moveGeneralIf = (condition: Condition): ((x: Insn) => void) =>
  needFpu((x) => x.set(x.rd, x.b.select(x.get(x.rs), x.get(x.rd), condition(x))));
