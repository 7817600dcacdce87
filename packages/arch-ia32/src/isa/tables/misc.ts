import { type Row, row } from '../decode/row.ts';
import { aaa, aad, aam, aas, daa, das } from '../lift/decimal.ts';
import { clc, cld, cmc, salc, stc, std } from '../lift/flag-control.ts';
import { cpuid, kernelCall, nop, rdtsc } from '../lift/processor.ts';
import { lahf, sahf } from '../lift/stack.ts';

/** SDM vol. 2, AAA and AAS, flags affected: OF, SF, ZF and PF are undefined. */
const unpacked = { test: { undefinedFlags: 'oszp' } };
/** SDM vol. 2, DAA and DAS, flags affected: OF is undefined. */
const overflow = { test: { undefinedFlags: 'o' } };
/** SDM vol. 2, AAM and AAD, flags affected: OF, AF and CF are undefined. */
const scaled = { test: { undefinedFlags: 'oac' } };

/** Flags, decimal adjustment, hints, and what the processor says of itself. */
export const miscRows: readonly Row[] = [
  row('27', 'daa', '', 'decimal', daa, overflow),
  row('2F', 'das', '', 'decimal', das, overflow),
  row('37', 'aaa', '', 'decimal', aaa, unpacked),
  row('3F', 'aas', '', 'decimal', aas, unpacked),
  row('D4 ib', 'aam', 'Ib', 'divide', aam, scaled),
  row('D5 ib', 'aad', 'Ib', 'decimal', aad, scaled),
  row('D6', 'salc', '', 'alu', salc, { section: 'undocumented' }),
  row('9E', 'sahf', '', 'alu', sahf),
  row('9F', 'lahf', '', 'alu', lahf),
  row('F5', 'cmc', '', 'alu', cmc),
  row('F8', 'clc', '', 'alu', clc),
  row('F9', 'stc', '', 'alu', stc),
  row('FC', 'cld', '', 'alu', cld),
  row('FD', 'std', '', 'alu', std, { test: { skip: 'the test program keeps DF clear' } }),
  row('NP 90', 'nop', '', 'alu', nop),
  row('F3 90', 'pause', '', 'pause', nop),
  row('0F 1F /r', 'nop', 'Ev', 'alu', nop),
  row('F3 0F 1E FB', 'endbr32', '', 'alu', nop, { section: 'ENDBR32' }),
  ...['19', '1A', '1B', '1C', '1D'].map((opcode) =>
    row(`0F ${opcode} /r`, 'nop', 'Ev', 'alu', nop, { section: 'NOP' }),
  ),
  row('0F 1E /r', 'nop', 'Ev', 'alu', nop, { section: 'NOP' }),
  row('0F A2', 'cpuid', '', 'cpuid', cpuid, { test: { skip: 'says which CPU it is' } }),
  row('0F 31', 'rdtsc', '', 'timeStamp', rdtsc, { test: { skip: 'counts cycles' } }),
  row('0F 04 iw', 'kernelcall', 'Iw', 'kernelCall', kernelCall, { section: 'ours', test: { skip: 'ours' } }),
];
