/** IN, OUT, INS, OUTS. */
import type { I32 } from '@kml/core';
import { DS, EDI, EDX, ES, ESI, type Insn } from '../../lift/insn.ts';
import { STRING_ADDRESS16, STRING_REPEAT } from '../port-io.ts';
import { ROUTINE } from '../routines.ts';

/** Bytes moved: the even opcodes move one. */
function width(x: Insn): I32 {
  return x.const(x.opcode & 1 ? x.opSize >> 3 : 1);
}

/** Opcodes with bit 3 set take the port from DX, the others from the immediate byte. */
function port(x: Insn): I32 {
  return x.opcode & 8 ? x.getReg(EDX, 16) : x.const(x.imm & 0xff);
}

export function portIn(x: Insn): void {
  x.system(ROUTINE.portIn, port(x), width(x));
}
export function portOut(x: Insn): void {
  x.system(ROUTINE.portOut, port(x), width(x));
}

function how(x: Insn): I32 {
  return x.const((x.rep ? STRING_REPEAT : 0) | (x.addrSize === 16 ? STRING_ADDRESS16 : 0));
}

/** INS: to ES:EDI, whatever the override. One element each time it is executed. */
export function ins(x: Insn): void {
  const bytes = x.opcode & 1 ? x.opSize >> 3 : 1;
  const address = x.linear(ES, x.getReg(EDI, x.addrSize), bytes, true, 0);
  x.system(ROUTINE.portInString, address, x.const(bytes), how(x));
}
/** OUTS: from DS:ESI. */
export function outs(x: Insn): void {
  const bytes = x.opcode & 1 ? x.opSize >> 3 : 1;
  const address = x.linear(x.segment(DS), x.getReg(ESI, x.addrSize), bytes, false, 0);
  x.system(ROUTINE.portOutString, address, x.const(bytes), how(x));
}
