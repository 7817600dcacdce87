import type { Cpu, InstructionRow, IsaBackend } from '@kml/core';
import { classifyWith } from './classify.ts';
import { Decoder } from './decode/decoder.ts';
import { disassembleWith } from './disasm/disassemble.ts';
import { fpAssist } from './fp/assist.ts';
import { helpers, systemRoutines } from './host-functions.ts';
import { Lifter } from './lift/lift.ts';
import { cpuModels } from './models.ts';
import { reset } from './reset.ts';
import { GENERAL_NAMES, layout, MODE_USER } from './state.ts';
import { deliverFault, deliverInterrupt, deliverTrap, interruptsEnabled } from './system/deliver.ts';
import { mtc0Assist } from './system/routines.ts';
import { jumpUnaligned } from './system/unaligned-jump.ts';
import { rows } from './tables/index.ts';
import { ADEL, ADES, FP_ASSIST, MTC0_ASSIST, UNALIGNED_JUMP } from './vectors.ts';

const decoder = new Decoder(rows);

/** IsaBackend.instructions, made when asked for: a run needs none. */
function instructions(): readonly InstructionRow[] {
  return rows.map((row) => ({
    mnemonic: row.mnemonic,
    manual: `MIPS32 vol. II, ${row.section ?? row.mnemonic.toUpperCase()}`,
    encoding: row.encoding,
  }));
}

/** Pseudo traps: host code executes the instruction, whose word is the error code. */
const ASSISTS: ReadonlyMap<number, (cpu: Cpu, word: number, next: number) => void> = new Map([
  [FP_ASSIST, fpAssist],
  [UNALIGNED_JUMP, jumpUnaligned],
  [MTC0_ASSIST, mtc0Assist],
]);

/** The CPU in one byte order. */
function backend(name: string, byteOrder: 'big' | 'little'): IsaBackend {
  const lifter = new Lifter(decoder, byteOrder === 'big');
  return {
    name,
    byteOrder,
    maxInstructionBytes: 4,
    instructionAlign: 4,
    layout,
    alignment: { read: ADEL, write: ADES },
    transientSlots: ['delayTarget'],
    debugRegisters: [...GENERAL_NAMES.slice(1), 'status', 'lo', 'hi', 'badVAddr', 'cause', 'pc'],
    helpers,
    systemRoutines,
    reset,
    lift: (context, pc) => lifter.lift(context, pc),
    disassemble: (code, pc) => disassembleWith(decoder, byteOrder === 'big', code, pc),
    classify: (code, pc) => classifyWith(decoder, byteOrder === 'big', code, pc),
    isSupervisor: (mode) => (mode & MODE_USER) === 0,
    trapKind: (vector) => (ASSISTS.has(vector) ? 'assist' : 'trap'),
    deliverTrap(cpu, vector, error, next) {
      const assist = ASSISTS.get(vector);
      if (assist) assist(cpu, error, next);
      else deliverTrap(cpu, vector, error);
    },
    deliverFault,
    interruptsEnabled,
    deliverInterrupt,
    cpuModels,
    get instructions() {
      return instructions();
    },
  };
}

/** The MIPS32 CPU, big-endian. */
export const mips = backend('mips', 'big');
/** The MIPS32 CPU, little-endian. */
export const mipsel = backend('mipsel', 'little');
