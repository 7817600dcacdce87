import type { InstructionRow, IsaBackend, TrapKind } from '@kml/core';
import { classifyWith } from './classify.ts';
import { Decoder } from './decode/decode.ts';
import { disassembleWith } from './disasm/disassemble.ts';
import { helpers, systemRoutines } from './host-functions.ts';
import { Lifter } from './lift/lift.ts';
import { cpuModels } from './models.ts';
import { reset } from './reset.ts';
import { GENERAL, layout, MODE_USER } from './state.ts';
import { rfiAssist } from './system/control.ts';
import { deliverFault, deliverInterrupt, deliverTrap } from './system/deliver.ts';
import { interruptsEnabled } from './system/mode.ts';
import { ROUTINE } from './system/routines.ts';
import { rows } from './tables/index.ts';
import { ASSIST, MSR_ASSIST, RFI_ASSIST, SKIP } from './vectors.ts';

const decoder = new Decoder(rows);
const lifter = new Lifter(decoder, ROUTINE.stepTo);

/** IsaBackend.instructions, made when asked for: a run needs none. */
function instructions(): readonly InstructionRow[] {
  return rows.map((row) => ({
    mnemonic: row.mnemonic,
    manual: `PEM, ${row.section ?? row.mnemonic}`,
    encoding: row.encoding,
  }));
}

/** IsaBackend.trapKind. */
function trapKind(vector: number): TrapKind {
  if (vector >= ASSIST || vector === MSR_ASSIST || vector === RFI_ASSIST) return 'assist';
  return vector === SKIP ? 'skip' : 'trap';
}

/** The 32-bit PowerPC, big-endian. */
export const ppc: IsaBackend = {
  name: 'ppc',
  byteOrder: 'big',
  maxInstructionBytes: 4,
  instructionAlign: 4,
  layout,
  trapKind,
  // Those most often alive first: only so many are deferred in one region.
  deferredSlots: [['cr0'], ['cr7'], ['ca'], ['cr6'], ['cr1'], ['cr5'], ['cr2'], ['cr3'], ['cr4']],
  debugRegisters: [...GENERAL, 'pc', 'lr', 'ctr', 'msr'],
  helpers,
  systemRoutines,
  reset,
  lift: (context, pc) => lifter.lift(context, pc),
  disassemble: (code, pc) => disassembleWith(decoder, code, pc),
  classify: (code, pc) => classifyWith(decoder, code, pc),
  isSupervisor: (mode) => (mode & MODE_USER) === 0,
  deliverTrap(cpu, vector, error, next) {
    if (vector === RFI_ASSIST) rfiAssist(cpu);
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
