import { type Row, row } from '../decode/row.ts';
import * as p from '../lift/processor.ts';
import * as s from '../lift/system.ts';

const privileged = { test: { skip: 'privileged' } } as const;
const privilegedRow = (code: string, mnemonic: string, operands: string, cost: string, lift: Row['lift']): Row =>
  row(`011111 ${code} /`, mnemonic, operands, cost, lift, privileged);

/** Special registers, privileged instructions, system call and return, and the kernel call. */
export const systemRows: readonly Row[] = [
  // Primary opcode 1 is reserved on all classic processors: an ordinary illegal instruction outside kernel text.
  row('000001 ////////// iiiiiiiiiiiiiiii', 'kcall', 'UI', 'kernelCall', s.kernelCall, {
    section: 'reserved opcode, used for the kernel call',
    test: { skip: 'kernel call' },
  }),
  row('010001 ///// ///// //////////////1/', 'sc', '', 'systemCall', s.sc, { test: { skip: 'system call' } }),
  row('010011 ///// ///// ///// 0000110010 /', 'rfi', '', 'returnInterrupt', s.rfi, privileged),
  row('011111 ttttt 0//// ///// 0000010011 /', 'mfcr', 'RT', 'crMove', p.moveFromCondition),
  row('011111 ttttt 1 mmmmmmmm / 0000010011 /', 'mfocrf', 'RT,FXM', 'crMove', p.moveFromCondition),
  row('011111 ttttt 0 mmmmmmmm / 0010010000 /', 'mtcrf', 'FXM,RS', 'crMove', p.moveToCondition),
  row('011111 ttttt 1 mmmmmmmm / 0010010000 /', 'mtocrf', 'FXM,RS', 'crMove', p.moveToCondition),
  row('011111 ttt // ///// ///// 1000000000 /', 'mcrxr', 'BF', 'crMove', p.moveFromXerFlags),
  row('011111 ttttt ssssssssss 0101010011 /', 'mfspr', 'RT,SPR', 'sprRead', p.moveFromSpr),
  row('011111 ttttt ssssssssss 0111010011 /', 'mtspr', 'SPR,RS', 'sprWrite', p.moveToSpr),
  row('011111 ttttt ssssssssss 0101110011 /', 'mftb', 'RT,TBR', 'timeBase', p.moveFromSpr, {
    test: { skip: 'reads a clock' },
  }),
  privilegedRow('ttttt ///// ///// 0001010011', 'mfmsr', 'RT', 'msrRead', s.moveFromMsr),
  privilegedRow('ttttt ///// ///// 0010010010', 'mtmsr', 'RS', 'msrWrite', s.moveToMsr),
  privilegedRow('ttttt / aaaa ///// 1001010011', 'mfsr', 'RT,SR', 'segment', s.moveFromSegment),
  privilegedRow('ttttt / aaaa ///// 0011010010', 'mtsr', 'SR,RS', 'segment', s.moveToSegment),
  privilegedRow('ttttt ///// bbbbb 1010010011', 'mfsrin', 'RT,RB', 'segment', s.moveFromSegmentIndirect),
  privilegedRow('ttttt ///// bbbbb 0011110010', 'mtsrin', 'RS,RB', 'segment', s.moveToSegmentIndirect),
  privilegedRow('///// ///// bbbbb 0100110010', 'tlbie', 'RB', 'tlb', s.invalidateTranslation),
  privilegedRow('///// ///// ///// 1000110110', 'tlbsync', '', 'tlb', s.invalidateTranslation),
];
