import { type Row, row } from '../decode/row.ts';
import { cmps, lods, movs, scas, stos } from '../lift/string.ts';

const rep = { rep: 'rep' } as const;
const repe = { rep: 'repe' } as const;

/** String instructions; INS and OUTS are in system.ts. */
export const stringRows: readonly Row[] = [
  row('A4', 'movs', 'Yb,Xb', 'string', movs, { section: 'MOVS/MOVSB/MOVSW/MOVSD/MOVSQ', ...rep }),
  row('A5', 'movs', 'Yv,Xv', 'string', movs, { section: 'MOVS/MOVSB/MOVSW/MOVSD/MOVSQ', ...rep }),
  row('A6', 'cmps', 'Xb,Yb', 'string', cmps, { section: 'CMPS/CMPSB/CMPSW/CMPSD/CMPSQ', ...repe }),
  row('A7', 'cmps', 'Xv,Yv', 'string', cmps, { section: 'CMPS/CMPSB/CMPSW/CMPSD/CMPSQ', ...repe }),
  row('AA', 'stos', 'Yb,AL', 'string', stos, { section: 'STOS/STOSB/STOSW/STOSD/STOSQ', ...rep }),
  row('AB', 'stos', 'Yv,eAX', 'string', stos, { section: 'STOS/STOSB/STOSW/STOSD/STOSQ', ...rep }),
  row('AC', 'lods', 'AL,Xb', 'string', lods, { section: 'LODS/LODSB/LODSW/LODSD/LODSQ', ...rep }),
  row('AD', 'lods', 'eAX,Xv', 'string', lods, { section: 'LODS/LODSB/LODSW/LODSD/LODSQ', ...rep }),
  row('AE', 'scas', 'AL,Yb', 'string', scas, { section: 'SCAS/SCASB/SCASW/SCASD', ...repe }),
  row('AF', 'scas', 'eAX,Yv', 'string', scas, { section: 'SCAS/SCASB/SCASW/SCASD', ...repe }),
];
