import { CONDITION_NAMES } from '../lift/flags.ts';
import type { Insn } from '../lift/insn.ts';
import { expandArm, expandThumb } from '../lift/operand2.ts';
import { addressText, literalText } from './address.ts';
import type { Expander, Expanders } from './expander.ts';
import { REGISTER_NAMES, registerList } from './registers.ts';
import { shiftSuffix } from './shift.ts';
import { BARRIERS, coprocessorOperands, cpsText, psrFields } from './system.ts';

const register =
  (name: 'Rd' | 'Rn' | 'Rm' | 'Rs' | 'Rt' | 'Rt2' | 'Ra' | 'RdHi' | 'RdLo'): Expander =>
  (x) =>
    REGISTER_NAMES[x[name]]!;

const topOrBottom = (bit: number): string => (bit ? 't' : 'b');
const hex = (value: number, digits = 0): string => `0x${(value >>> 0).toString(16).padStart(digits, '0')}`;

/** ARMExpandImm's value; a rotation that is not the canonical one is written out. */
function armImmediate(imm: number): string {
  const value = expandArm(imm);
  const rotation = (imm >> 8) * 2;
  for (let least = 0; least < rotation; least += 2) {
    const byte = (value << least) | (value >>> (32 - least));
    if (least === 0 ? value >>> 0 <= 0xff : byte >>> 0 <= 0xff) return `#${imm & 0xff}, ${rotation}`;
  }
  return `#${value | 0}`;
}

/** The flexible second operand. */
function operand2(x: Insn): string {
  switch (x.row.operand2) {
    case 'arm':
      return armImmediate(x.imm);
    case 'thumb':
      return `#${expandThumb(x.imm) >>> 0}`;
    case 'plain':
      return `#${x.imm}`;
    case 'register':
      return REGISTER_NAMES[x.Rm]!;
    case 'byRegister':
      return `${REGISTER_NAMES[x.Rm]}, ${['lsl', 'lsr', 'asr', 'ror'][x.type]} ${REGISTER_NAMES[x.Rs]}`;
    default:
      return REGISTER_NAMES[x.Rm] + shiftSuffix(x.type, x.shift);
  }
}

/** Branch target: an offset of so many bits from r15. */
const target =
  (bits: number): Expander =>
  (x) =>
    hexAddress(x.pcValue + ((x.imm << (32 - bits)) >> (32 - bits)));

const hexAddress = (address: number): string => (address >>> 0).toString(16);

/** Target of T32's long branches. */
function longTarget(x: Insn): string {
  const s = (x.imm >> 24) & 1;
  const offset = ((s ? x.imm : x.imm ^ 0x00c0_0000) << 7) >> 7;
  return hexAddress(x.row.mnemonic === 'BLX' ? (x.literalBase + offset) & ~3 : x.pcValue + offset);
}

/** Letters behind IT: t where the low bit of firstcond repeats. */
function itMask(x: Insn): string {
  let text = '';
  for (let it = x.mask; (it & 7) !== 0; it = (it << 1) & 15) text += it >> 3 === (x.firstcond & 1) ? 't' : 'e';
  return text;
}

/** Printers of the integer instructions. */
export const generalExpanders: Expanders = {
  /** Condition. */
  c: (x) => CONDITION_NAMES[x.cond]!,
  /** `s` where the flags are set. */
  s: (x) => (x.S ? 's' : ''),
  Rd: register('Rd'),
  Rn: register('Rn'),
  Rm: register('Rm'),
  Rs: register('Rs'),
  Rt: register('Rt'),
  Rt2: register('Rt2'),
  Ra: register('Ra'),
  RdHi: register('RdHi'),
  RdLo: register('RdLo'),
  /** The register behind Rt. */
  RtNext: (x) => REGISTER_NAMES[(x.Rt + 1) & 15]!,
  RtList: (x) => `{${REGISTER_NAMES[x.Rt]}}`,
  list: (x) => registerList(x.list),
  imm: (x) => `#${x.imm}`,
  armImm: (x) => armImmediate(x.imm),
  braceImm: (x) => `{${x.imm}}`,
  /** Immediates in hexadecimal: SVC, BKPT. */
  immHex8: (x) => hex(x.imm, 8),
  immHex4: (x) => hex(x.imm, 4),
  immSvc: (x) => `${x.imm}`,
  op2: operand2,
  /** Count of an immediate shift. */
  count: (x) => `#${x.shift === 0 ? 32 : x.shift}`,
  /** Halves of SMLAxy; exchange and rounding suffixes. */
  tbN: (x) => topOrBottom(x.N),
  tbM: (x) => topOrBottom(x.M),
  xM: (x) => (x.M ? 'x' : ''),
  rR: (x) => (x.R ? 'r' : ''),
  /** Bound of a saturation: SSAT counts from 1. */
  sat: (x) => `#${x.sat}`,
  satS: (x) => `#${x.sat + 1}`,
  RnShifted: (x) => REGISTER_NAMES[x.Rn] + shiftSuffix(x.type, x.shift),
  RmRotated: (x) => REGISTER_NAMES[x.Rm] + (x.rotate ? `, ror #${8 * x.rotate}` : ''),
  lsb: (x) => `#${x.lsb}`,
  msbWidth: (x) => `#${x.msb - x.lsb + 1}`,
  width: (x) => `#${x.width + 1}`,
  /** objdump names the direction of STM where it writes back. */
  iaW: (x) => (x.W ? 'ia' : ''),
  /** Write-back. */
  wb: (x) => (x.W ? '!' : ''),
  address: (x) => addressText(x, false),
  addressZero: (x) => addressText(x, true),
  exclusiveAddress: (x) => (x.imm ? `[${REGISTER_NAMES[x.Rn]}, #${x.imm}]` : `[${REGISTER_NAMES[x.Rn]}]`),
  literal: literalText,
  literalOnly: literalText,
  target26: target(26),
  target21: target(21),
  target12: target(12),
  target9: target(9),
  target25: longTarget,
  targetForward: (x) => hexAddress(x.pcValue + x.imm),
  nOp: (x) => (x.op ? 'n' : ''),
  itMask,
  itCond: (x) => CONDITION_NAMES[x.firstcond] || 'al',
  psr: (x) => (x.R ? 'SPSR' : 'CPSR'),
  psrFields,
  barrier: (x) => BARRIERS[x.option] ?? `#0x${x.option.toString(16).padStart(2, '0')}`,
  isbOption: (x) => (x.option === 15 ? 'sy' : `#0x${x.option.toString(16)}`),
  endian: (x) => (x.op ? 'be' : 'le'),
  mode5: (x) => `#${x.mode5}`,
  cpsEffect: cpsText,
  coprocRegister: coprocessorOperands,
};
