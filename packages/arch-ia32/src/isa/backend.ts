import type { InstructionRow, IsaBackend, SystemRoutine } from '@kml/core';
import { classifyWith } from './classify.ts';
import { Decoder } from './decode/decode.ts';
import { OpcodeMap } from './decode/opcode-map.ts';
import { disassembleWith } from './disasm/disassemble.ts';
import { helpers, systemRoutines } from './host-functions.ts';
import { chooseFpMode } from './lift/fp-mode.ts';
import { Lifter } from './lift/lift.ts';
import { cpuModels } from './models.ts';
import { reset } from './reset.ts';
import { layout, MODE_CPL, MODE_STEP } from './state.ts';
import { deliverFault, deliverInterrupt, deliverStep, deliverTrap, interruptsEnabled } from './system/deliver.ts';
import { enableInterrupts, popFlags } from './system/flags-routines.ts';
import { iret } from './system/iret.ts';
import { ROUTINE } from './system/routines.ts';
import { rows } from './tables/index.ts';
import { FP_AGAIN, INT_ASSIST, IRET_ASSIST, POPF_ASSIST, REP_DONE, SOFTWARE, STI_ASSIST } from './vectors.ts';

const decoder = new Decoder(new OpcodeMap(rows));
const lifter = new Lifter(decoder, ROUTINE.stepTo, ROUTINE.endOnce);

/** An instruction that is a system routine under EFLAGS.TF: #DB follows it, whatever it made of TF. SDM vol. 3, 17.3.1.4. */
function stepping(routine: SystemRoutine): SystemRoutine {
  return (cpu, a, b, c, next) => {
    const step = cpu.mode & MODE_STEP;
    routine(cpu, a, b, c, next);
    if (step !== 0) deliverStep(cpu);
  };
}

/** IsaBackend.instructions, made when asked for: a run needs none. */
function instructions(): readonly InstructionRow[] {
  return rows.map((row) => ({
    mnemonic: row.mnemonic,
    manual: `SDM vol. 2, ${row.section ?? row.mnemonic.toUpperCase()}`,
    encoding: row.encoding,
  }));
}

/** The IA-32 CPU. */
export const ia32: IsaBackend = {
  name: 'ia32',
  byteOrder: 'little',
  maxInstructionBytes: 15,
  instructionAlign: 1,
  layout,
  debugRegisters: [
    ...['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi', 'pc'],
    ...['cs', 'ss', 'ds', 'es', 'fs', 'gs'],
  ],
  trapKind(vector, mode) {
    if (vector === FP_AGAIN) return 'again';
    if (vector === POPF_ASSIST || vector === STI_ASSIST || vector === IRET_ASSIST || vector === INT_ASSIST) {
      return 'assist';
    }
    return vector === REP_DONE && (mode & MODE_STEP) === 0 ? 'uncounted' : 'trap';
  },
  deferredSlots: [['cf', 'pr', 'af', 'zr', 'sr', 'of']],
  helpers,
  systemRoutines: systemRoutines.map((routine, n) => (n === ROUTINE.stepTo ? routine : stepping(routine))),
  reset,
  lift: (context, pc) => lifter.lift(context, pc),
  disassemble: (code, pc, mode) => disassembleWith(decoder, code, pc, mode),
  classify: (code, pc, mode) => classifyWith(decoder, code, pc, mode),
  isSupervisor: (mode) => (mode & MODE_CPL) !== 3,
  deliverTrap(cpu, vector, error, next) {
    switch (vector) {
      case FP_AGAIN:
        chooseFpMode(cpu, error);
        return;
      case REP_DONE:
        cpu.pc = next;
        if (cpu.mode & MODE_STEP) deliverStep(cpu);
        return;
      case POPF_ASSIST:
        popFlags(cpu, error, 0, 0, next);
        cpu.leaveRequested = true;
        return;
      case STI_ASSIST:
        enableInterrupts(cpu, 0, 0, 0, next);
        cpu.leaveRequested = true;
        return;
      case IRET_ASSIST:
        iret(cpu, 1, 0, 0, next);
        cpu.leaveRequested = true;
        return;
      case INT_ASSIST:
        deliverTrap(cpu, SOFTWARE | error, 0, next);
        cpu.leaveRequested = true;
        return;
    }
    deliverTrap(cpu, vector, error, next);
  },
  deliverFault,
  interruptsEnabled,
  deliverInterrupt,
  cpuModels,
  get instructions() {
    return instructions();
  },
};
