/** VMRS and VMSR. ARM ARM DDI0406C A8.8.348, A8.8.349, B9.3.19, B9.3.20. */
import type { Cpu } from '@kml/core';
import { defineRoutine } from '../host-functions.ts';
import { type Insn, PC } from '../lift/insn.ts';
import { reg } from '../state.ts';
import { updateFloatingPointMode } from '../system/cp15.ts';
import { goOn } from '../system/step.ts';
import { moveFlags } from './arithmetic.ts';
import { beginFloat } from './begin.ts';
import { writeFpscr } from './fpscr.ts';

const FPSCR = reg('fpscr');
const FPEXC = reg('fpexc');
const FPEXC_EN = 1 << 30;

/** Numbers of the system registers. */
const NUMBER = { fpsid: 0, fpscr: 1, mvfr1: 6, mvfr0: 7, fpexc: 8 } as const;

/** Registers that tell what there is: VFPv4 with 32 doubles, Advanced SIMD with half precision and fused operations. B4.1.57, B6.1. */
const CONSTANTS: Readonly<Record<number, number>> = {
  [NUMBER.fpsid]: 0x4104_30f0,
  [NUMBER.mvfr1]: 0x1111_1111,
  [NUMBER.mvfr0]: 0x1011_0222,
};

/** Whether that is a system register. */
export const isSystemRegister = (n: number): boolean => n === NUMBER.fpscr || n === NUMBER.fpexc || n in CONSTANTS;

const WRITE_FPSCR = defineRoutine((cpu: Cpu, value, _b, _c, next) => {
  writeFpscr(cpu, value);
  goOn(cpu, next);
});

const WRITE_FPEXC = defineRoutine((cpu: Cpu, value, _b, _c, next) => {
  cpu.set(FPEXC, value & FPEXC_EN);
  updateFloatingPointMode(cpu);
  goOn(cpu, next);
});

/** VMRS. x.opc1: the system register. */
export function readStatus(x: Insn): void {
  if (x.opc1 === NUMBER.fpscr) {
    if (!beginFloat(x)) return;
    if (x.Rt === PC) moveFlags(x);
    else x.set(x.Rt, x.b.get(FPSCR));
    return;
  }
  if (!x.privileged) {
    x.undefined();
    return;
  }
  const constant = CONSTANTS[x.opc1];
  x.set(x.Rt, constant === undefined ? x.b.get(FPEXC) : x.const(constant));
}

/** VMSR. */
export function writeStatus(x: Insn): void {
  if (x.opc1 === NUMBER.fpscr) {
    if (!beginFloat(x)) return;
    x.endsBlock();
    x.system(WRITE_FPSCR, x.get(x.Rt));
    return;
  }
  if (!x.privileged) {
    x.undefined();
    return;
  }
  // The others are read-only: the write does nothing.
  if (x.opc1 !== NUMBER.fpexc) return;
  x.endsBlock();
  x.system(WRITE_FPEXC, x.get(x.Rt));
}
