import type { Word } from './word.ts';

const BITS = ['lt', 'gt', 'eq', 'so'];

/** A bit of CR as `4*cr7+eq`, without the field for cr0. */
function conditionBit(number: number): string {
  const name = BITS[number & 3]!;
  return number < 4 ? name : `4*cr${number >> 2}+${name}`;
}

const address = (value: number): string => `0x${(value >>> 0).toString(16)}`;

/** Texts of operands by their names in the tables; undefined: left out. */
const OPERANDS: Readonly<Record<string, (w: Word) => string | undefined>> = {
  RT: (w) => `r${w.rt}`,
  RS: (w) => `r${w.rt}`,
  RA: (w) => `r${w.ra}`,
  RA0: (w) => (w.ra === 0 ? '0' : `r${w.ra}`),
  RB: (w) => `r${w.rb}`,
  FRT: (w) => `f${w.rt}`,
  FRS: (w) => `f${w.rt}`,
  FRA: (w) => `f${w.ra}`,
  FRB: (w) => `f${w.rb}`,
  FRC: (w) => `f${w.mb}`,
  'D(RA)': (w) => `${w.simm}(${w.ra === 0 ? '0' : `r${w.ra}`})`,
  SI: (w) => `${w.simm}`,
  SIS: (w) => `${w.simm}`,
  UI: (w) => `${w.word & 0xffff}`,
  SH: (w) => `${w.rb}`,
  MB: (w) => `${w.mb}`,
  ME: (w) => `${w.me}`,
  NB: (w) => `${w.rb === 0 ? 32 : w.rb}`,
  TO: (w) => `${w.rt}`,
  BF: (w) => `cr${w.bits(6, 8)}`,
  OBF: (w) => (w.bits(6, 8) === 0 ? undefined : `cr${w.bits(6, 8)}`),
  BFA: (w) => `cr${w.bits(11, 13)}`,
  OBI: (w) => (w.ra < 4 ? undefined : `cr${w.ra >> 2}`),
  BT: (w) => conditionBit(w.rt),
  BTF: (w) => `${w.rt}`,
  BA: (w) => conditionBit(w.ra),
  BI: (w) => conditionBit(w.ra),
  BB: (w) => conditionBit(w.rb),
  BO: (w) => `${w.rt}`,
  LI: (w) => address((w.word & 2 ? 0 : w.pc) + (((w.word << 6) >> 6) & ~3)),
  BD: (w) => address((w.word & 2 ? 0 : w.pc) + (w.simm & ~3)),
  FXM: (w) => `${w.bits(12, 19)}`,
  FLM: (w) => `${w.bits(7, 14)}`,
  U: (w) => `${w.bits(16, 19)}`,
  BFN: (w) => `${w.bits(6, 8)}`,
  SR: (w) => `${w.ra & 15}`,
  TBR: (w) => `${w.spr}`,
  SPR: (w) => `${w.spr}`,
  SPRG: (w) => `${w.spr & 7}`,
  BAT: (w) => `${(w.spr >> 1) & 3}`,
  '32-SH': (w) => `${32 - w.rb}`,
  '31-ME': (w) => `${31 - w.me}`,
};

/** The operands of a list of names as text. */
export function operandTexts(w: Word, names: string): string {
  if (names === '') return '';
  return names
    .split(',')
    .map((name) => OPERANDS[name]!(w))
    .filter((text) => text !== undefined)
    .join(',');
}
