import { type Row, row } from '../decode/row.ts';
import { kernelCall, rfi, sc } from '../lift/system.ts';

const privileged = { test: { skip: 'privileged' } } as const;

/** Privileged instructions, system call and return, and the kernel call. */
export const systemRows: readonly Row[] = [
  // Primary opcode 1 is reserved on all classic processors: an ordinary illegal instruction outside kernel text.
  row('000001 ////////// iiiiiiiiiiiiiiii', 'kcall', 'UI', 'kernelCall', kernelCall, {
    section: 'reserved opcode, used for the kernel call',
    test: { skip: 'kernel call' },
  }),
  row('010001 ///// ///// //////////////1/', 'sc', '', 'systemCall', sc, { test: { skip: 'system call' } }),
  row('010011 ///// ///// ///// 0000110010 /', 'rfi', '', 'returnInterrupt', rfi, privileged),
];
