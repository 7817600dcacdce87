import { type Row, row } from '../decode/row.ts';
import * as b from '../lift/branch.ts';

/** Branches and traps. */
export const controlRows: readonly Row[] = [
  row('010010 iiiiiiiiiiiiiiiiiiiiiiii A l', 'b', 'LI', 'branch', b.branch),
  row('010000 ttttt aaaaa iiiiiiiiiiiiii A l', 'bc', 'BO,BI,BD', 'branch', b.branchConditional),
  row('010011 ttttt aaaaa /////0000010000 l', 'bclr', 'BO,BI', 'branchRegister', b.branchToLink),
  row('010011 ttttt aaaaa /////1000010000 l', 'bcctr', 'BO,BI', 'branchRegister', b.branchToCount),
  row('000011 ttttt aaaaa iiiiiiiiiiiiiiii', 'twi', 'TO,RA,SI', 'trapIf', b.trap('immediate')),
  row('011111 ttttt aaaaa bbbbb 0000000100 /', 'tw', 'TO,RA,RB', 'trapIf', b.trap('register')),
];
