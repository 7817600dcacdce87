import { type Row, row } from '../decode/row.ts';
import { nothing } from '../lift/memory.ts';
import * as processor from '../lift/processor.ts';

const { privileged } = processor;
const kernel = { section: 'none: SPECIAL2 function 8 is reserved', test: { skip: 'kernel text only' } };

/** Coprocessor 0 and the processor itself. MIPS32 vol. II. */
export const systemRows: readonly Row[] = [
  row('010000 00000 ttttt ddddd 00000 000eee', 'mfc0', 't,c0', 'cp0', privileged(processor.mfc0)),
  row('010000 00100 ttttt ddddd 00000 000eee', 'mtc0', 't,c0', 'cp0', privileged(processor.mtc0)),
  row('010000 01010 ttttt ddddd 00000 000000', 'rdpgpr', 'd,t', 'alu', privileged(processor.copyRegister)),
  row('010000 01110 ttttt ddddd 00000 000000', 'wrpgpr', 'd,t', 'alu', privileged(processor.copyRegister)),
  row('010000 01011 ttttt 01100 00000 000000', 'di', 't', 'cp0', privileged(processor.di)),
  row('010000 01011 ttttt 01100 00000 100000', 'ei', 't', 'cp0', privileged(processor.ei)),
  row('010000 10000 00000 00000 00000 000001', 'tlbr', '', 'tlb', privileged(processor.tlbr)),
  row('010000 10000 00000 00000 00000 000010', 'tlbwi', '', 'tlb', privileged(nothing)),
  row('010000 10000 00000 00000 00000 000110', 'tlbwr', '', 'tlb', privileged(nothing)),
  row('010000 10000 00000 00000 00000 001000', 'tlbp', '', 'tlb', privileged(processor.tlbp)),
  row('010000 10000 00000 00000 00000 011000', 'eret', '', 'eret', privileged(processor.eret)),
  row('010000 10000 00000 00000 00000 011111', 'deret', '', 'eret', privileged(processor.deret)),
  row('010000 1ccccccccccccccccccc 100000', 'wait', 'c19', 'cp0', privileged(nothing)),
  row('011100 cccccccccccccccccccc 111111', 'sdbbp', 'c20', 'trap', processor.sdbbp, { test: { skip: 'traps' } }),
  row('011111 00000 ttttt ddddd 00000 111011', 'rdhwr', 't,hwr', 'cp0', processor.rdhwr, {
    test: { skip: 'what it reads differs between machines' },
  }),
  row('010010 cccccccccccccccccccccccccc', 'cop2', 'c26', 'alu', processor.coprocessor2, { test: { skip: 'traps' } }),
  row('110010 sssss ttttt iiiiiiiiiiiiiiii', 'lwc2', 'c2,o', 'load', processor.coprocessor2),
  row('110110 sssss ttttt iiiiiiiiiiiiiiii', 'ldc2', 'c2,o', 'load', processor.coprocessor2),
  row('111010 sssss ttttt iiiiiiiiiiiiiiii', 'swc2', 'c2,o', 'store', processor.coprocessor2),
  row('111110 sssss ttttt iiiiiiiiiiiiiiii', 'sdc2', 'c2,o', 'store', processor.coprocessor2),
  row('011100 nnnnnnnnnnnnnnnnnnnn 001000', 'kernelcall', 'c20', 'kernelCall', processor.kernelCall, kernel),
];
