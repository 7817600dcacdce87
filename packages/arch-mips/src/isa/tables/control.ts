import { type Row, row } from '../decode/row.ts';
import * as branch from '../lift/branch.ts';
import * as trap from '../lift/trap.ts';

const slot = { branch: true, test: { skip: 'control transfer' } } as const;
const traps = { test: { skip: 'traps' } };

/** Branches, jumps and traps. MIPS32 vol. II. */
export const controlRows: readonly Row[] = [
  row('000100 sssss ttttt iiiiiiiiiiiiiiii', 'beq', 's,t,b', 'branch', branch.branch(branch.EQ), slot),
  row('000101 sssss ttttt iiiiiiiiiiiiiiii', 'bne', 's,t,b', 'branch', branch.branch(branch.NE), slot),
  row('000110 sssss 00000 iiiiiiiiiiiiiiii', 'blez', 's,b', 'branch', branch.branch(branch.LEZ), slot),
  row('000111 sssss 00000 iiiiiiiiiiiiiiii', 'bgtz', 's,b', 'branch', branch.branch(branch.GTZ), slot),
  row('000001 sssss 00000 iiiiiiiiiiiiiiii', 'bltz', 's,b', 'branch', branch.branch(branch.LTZ), slot),
  row('000001 sssss 00001 iiiiiiiiiiiiiiii', 'bgez', 's,b', 'branch', branch.branch(branch.GEZ), slot),
  row('010100 sssss ttttt iiiiiiiiiiiiiiii', 'beql', 's,t,b', 'branch', branch.branchLikely(branch.EQ), slot),
  row('010101 sssss ttttt iiiiiiiiiiiiiiii', 'bnel', 's,t,b', 'branch', branch.branchLikely(branch.NE), slot),
  row('010110 sssss 00000 iiiiiiiiiiiiiiii', 'blezl', 's,b', 'branch', branch.branchLikely(branch.LEZ), slot),
  row('010111 sssss 00000 iiiiiiiiiiiiiiii', 'bgtzl', 's,b', 'branch', branch.branchLikely(branch.GTZ), slot),
  row('000001 sssss 00010 iiiiiiiiiiiiiiii', 'bltzl', 's,b', 'branch', branch.branchLikely(branch.LTZ), slot),
  row('000001 sssss 00011 iiiiiiiiiiiiiiii', 'bgezl', 's,b', 'branch', branch.branchLikely(branch.GEZ), slot),
  row('000001 sssss 10000 iiiiiiiiiiiiiiii', 'bltzal', 's,b', 'branch', branch.branchAndLink(branch.LTZ), slot),
  row('000001 sssss 10001 iiiiiiiiiiiiiiii', 'bgezal', 's,b', 'branch', branch.branchAndLink(branch.GEZ), slot),
  row('000001 sssss 10010 iiiiiiiiiiiiiiii', 'bltzall', 's,b', 'branch', branch.branchLikelyAndLink(branch.LTZ), slot),
  row('000001 sssss 10011 iiiiiiiiiiiiiiii', 'bgezall', 's,b', 'branch', branch.branchLikelyAndLink(branch.GEZ), slot),
  row('010001 01000 ccc00 iiiiiiiiiiiiiiii', 'bc1f', 'cc,b', 'branch', branch.branchFloat(branch.FP_FALSE), slot),
  row('010001 01000 ccc01 iiiiiiiiiiiiiiii', 'bc1t', 'cc,b', 'branch', branch.branchFloat(branch.FP_TRUE), slot),
  row(
    '010001 01000 ccc10 iiiiiiiiiiiiiiii',
    'bc1fl',
    'cc,b',
    'branch',
    branch.branchFloatLikely(branch.FP_FALSE),
    slot,
  ),
  row('010001 01000 ccc11 iiiiiiiiiiiiiiii', 'bc1tl', 'cc,b', 'branch', branch.branchFloatLikely(branch.FP_TRUE), slot),

  row('000010 jjjjjjjjjjjjjjjjjjjjjjjjjj', 'j', 'j', 'jump', branch.j, slot),
  row('000011 jjjjjjjjjjjjjjjjjjjjjjjjjj', 'jal', 'j', 'jump', branch.jal, slot),
  row('000000 sssss 00000 00000 hhhhh 001000', 'jr', 's', 'jumpIndirect', branch.jr, slot),
  row('000000 sssss 00000 00000 1hhhh 001000', 'jr.hb', 's', 'jumpIndirect', branch.jr, { ...slot, section: 'JR.HB' }),
  row('000000 sssss 00000 ddddd hhhhh 001001', 'jalr', 'd,s', 'jumpIndirect', branch.jalr, slot),
  row('000000 sssss 00000 ddddd 1hhhh 001001', 'jalr.hb', 'd,s', 'jumpIndirect', branch.jalr, {
    ...slot,
    section: 'JALR.HB',
  }),

  row('000000 sssss ttttt cccccccccc 110000', 'tge', 's,t,code', 'trap', trap.trapRegisters('geS')),
  row('000000 sssss ttttt cccccccccc 110001', 'tgeu', 's,t,code', 'trap', trap.trapRegisters('geU')),
  row('000000 sssss ttttt cccccccccc 110010', 'tlt', 's,t,code', 'trap', trap.trapRegisters('ltS')),
  row('000000 sssss ttttt cccccccccc 110011', 'tltu', 's,t,code', 'trap', trap.trapRegisters('ltU')),
  row('000000 sssss ttttt cccccccccc 110100', 'teq', 's,t,code', 'trap', trap.trapRegisters('eq')),
  row('000000 sssss ttttt cccccccccc 110110', 'tne', 's,t,code', 'trap', trap.trapRegisters('ne')),
  row('000001 sssss 01000 iiiiiiiiiiiiiiii', 'tgei', 's,i', 'trap', trap.trapImmediate('geS')),
  row('000001 sssss 01001 iiiiiiiiiiiiiiii', 'tgeiu', 's,i', 'trap', trap.trapImmediate('geU')),
  row('000001 sssss 01010 iiiiiiiiiiiiiiii', 'tlti', 's,i', 'trap', trap.trapImmediate('ltS')),
  row('000001 sssss 01011 iiiiiiiiiiiiiiii', 'tltiu', 's,i', 'trap', trap.trapImmediate('ltU')),
  row('000001 sssss 01100 iiiiiiiiiiiiiiii', 'teqi', 's,i', 'trap', trap.trapImmediate('eq')),
  row('000001 sssss 01110 iiiiiiiiiiiiiiii', 'tnei', 's,i', 'trap', trap.trapImmediate('ne')),
  row('000000 cccccccccccccccccccc 001100', 'syscall', 'c20', 'trap', trap.syscall, traps),
  row('000000 cccccccccccccccccccc 001101', 'break', 'c10,c10b', 'trap', trap.breakpoint, traps),
];
