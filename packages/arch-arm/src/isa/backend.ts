import type { InstructionRow, IsaBackend } from '@kml/core';
import { classifyWith } from './classify.ts';
import { Decoder } from './decode/decode.ts';
import { disassembleWith } from './disasm/disassemble.ts';
import { helpers, systemRoutines } from './host-functions.ts';
import { Lifter } from './lift/lift.ts';
import { cpuModels } from './models.ts';
import { reset } from './reset.ts';
import { layout, MODE_M, USR } from './state.ts';
import { deliverFault, deliverInterrupt, deliverTrap, interruptsEnabled } from './system/deliver.ts';
import { returnAssist } from './system/return.ts';
import { unmask } from './system/status.ts';
import { rows } from './tables/index.ts';
import { CONDITION_FAILED, FP_ASSIST, RETURN_ASSIST, UNMASK_ASSIST } from './vectors.ts';
import { assist } from './vfp/assist.ts';

const decoder = new Decoder(rows);
const lifter = new Lifter(decoder);

/** IsaBackend.instructions, made when asked for: a run needs none. */
function instructions(): readonly InstructionRow[] {
  return rows.map((row) => ({
    mnemonic: row.mnemonic,
    manual: `ARM ARM DDI0406C ${row.section}`,
    encoding: `${row.set} ${row.encoding}`,
  }));
}

/** The ARM CPU: ARMv7-A with A32 and T32, little-endian. */
export const arm: IsaBackend = {
  name: 'arm',
  byteOrder: 'little',
  maxInstructionBytes: 4,
  instructionAlign: 2,
  layout,
  debugRegisters: [...Array.from({ length: 15 }, (_, n) => `r${n}`), 'pc'],
  trapKind(vector) {
    if (vector === CONDITION_FAILED) return 'skip';
    return vector === FP_ASSIST || vector === UNMASK_ASSIST || vector === RETURN_ASSIST ? 'assist' : 'trap';
  },
  deferredSlots: [['nf', 'zf', 'cf', 'vf']],
  helpers,
  systemRoutines,
  reset,
  lift: (context, pc) => lifter.lift(context, pc),
  disassemble: (code, pc, mode) => disassembleWith(decoder, code, pc, mode),
  classify: (code, pc, mode) => classifyWith(decoder, code, pc, mode),
  isSupervisor: (mode) => (mode & MODE_M) !== USR,
  deliverTrap(cpu, vector, error, next) {
    if (vector === FP_ASSIST) assist(cpu, error, next);
    else if (vector === UNMASK_ASSIST) unmask(cpu, error, next);
    else if (vector === RETURN_ASSIST) returnAssist(cpu, error);
    else if (vector === CONDITION_FAILED) cpu.pc = next;
    else deliverTrap(cpu, vector, error, next);
  },
  deliverFault,
  interruptsEnabled,
  deliverInterrupt,
  cpuModels,
  get instructions() {
    return instructions();
  },
};
