import { BITS_CLEAR, BITS_SET, hintOf, traps } from './conditions.ts';
import type { Word } from './word.ts';

/** A simplified mnemonic. PEM, appendix F. */
export interface Alias {
  readonly mnemonic: string;
  readonly operands: string;
}

type Rule = readonly [condition: (w: Word) => boolean, mnemonic: string, operands: string];

const isSlwi = (w: Word): boolean => w.mb === 0 && w.me === 31 - w.rb;
const isSrwi = (w: Word): boolean => w.me === 31 && w.rb !== 0 && w.mb === 32 - w.rb;

/** Rules by the row's mnemonic; the first that holds. */
const RULES: Readonly<Record<string, readonly Rule[]>> = {
  addi: [[(w) => w.ra === 0, 'li', 'RT,SI']],
  addis: [[(w) => w.ra === 0, 'lis', 'RT,SIS']],
  ori: [[(w) => (w.word & 0x3ffffff) === 0, 'nop', '']],
  xori: [[(w) => (w.word & 0x3ffffff) === 0, 'xnop', '']],
  or: [[(w) => w.rt === w.rb, 'mr', 'RA,RS']],
  nor: [[(w) => w.rt === w.rb, 'not', 'RA,RS']],
  rlwinm: [
    [(w) => w.mb === 0 && w.me === 31, 'rotlwi', 'RA,RS,SH'],
    [(w) => w.rb === 0 && w.me === 31, 'clrlwi', 'RA,RS,MB'],
    [isSlwi, 'slwi', 'RA,RS,SH'],
    [(w) => w.rb === 0 && w.mb === 0, 'clrrwi', 'RA,RS,31-ME'],
    [isSrwi, 'srwi', 'RA,RS,MB'],
  ],
  rlwnm: [[(w) => w.mb === 0 && w.me === 31, 'rotlw', 'RA,RS,RB']],
  crxor: [[(w) => w.rt === w.ra && w.ra === w.rb, 'crclr', 'BT']],
  creqv: [[(w) => w.rt === w.ra && w.ra === w.rb, 'crset', 'BT']],
  crnor: [[(w) => w.ra === w.rb, 'crnot', 'BT,BA']],
  cror: [[(w) => w.ra === w.rb, 'crmove', 'BT,BA']],
  mtcrf: [[(w) => w.bits(12, 19) === 255, 'mtcr', 'RS']],
  sync: [[(w) => w.bits(9, 10) === 1, 'lwsync', '']],
  mftb: [
    [(w) => w.spr === 268, 'mftb', 'RT'],
    [(w) => w.spr === 269, 'mftbu', 'RT'],
  ],
};

/** Special registers with mnemonics of their own. */
const SPR_NAMES: Readonly<Record<number, string>> = {
  ...{ 1: 'xer', 8: 'lr', 9: 'ctr', 18: 'dsisr', 19: 'dar', 22: 'dec', 25: 'sdr1', 26: 'srr0', 27: 'srr1', 282: 'ear' },
};

/** The simplified form of an instruction of the row with that mnemonic, if it has one. */
export function aliasOf(mnemonic: string, w: Word): Alias | undefined {
  if (mnemonic === 'bc' || mnemonic === 'bclr' || mnemonic === 'bcctr') return branchAlias(mnemonic, w);
  if (mnemonic === 'tw' || mnemonic === 'twi') return trapAlias(mnemonic, w);
  if (mnemonic === 'mfspr' || mnemonic === 'mtspr') return sprAlias(mnemonic, w);
  const rule = RULES[mnemonic]?.find(([condition]) => condition(w));
  return rule && { mnemonic: rule[1], operands: rule[2] };
}

function sprAlias(mnemonic: 'mfspr' | 'mtspr', w: Word): Alias | undefined {
  const isRead = mnemonic === 'mfspr';
  const verb = isRead ? 'mf' : 'mt';
  const form = (name: string, more = ''): Alias => {
    const operands = isRead ? ['RT', more] : [more, 'RS'];
    return { mnemonic: verb + name, operands: operands.filter((operand) => operand !== '').join(',') };
  };
  const { spr } = w;
  const name = SPR_NAMES[spr];
  if (name !== undefined) return form(name);
  if (spr === 287 && isRead) return form('pvr');
  if ((spr === 284 || spr === 285) && !isRead) return form(spr === 284 ? 'tbl' : 'tbu');
  if (spr >= 272 && spr < 276) return form('sprg', 'SPRG');
  if (spr >= 528 && spr < 544) return form(`${spr < 536 ? 'i' : 'd'}bat${spr & 1 ? 'l' : 'u'}`, 'BAT');
  return undefined;
}

function trapAlias(mnemonic: 'tw' | 'twi', w: Word): Alias | undefined {
  const isImmediate = mnemonic === 'twi';
  if (!isImmediate && w.rt === 31 && w.ra === 0 && w.rb === 0) return { mnemonic: 'trap', operands: '' };
  const condition = traps[w.rt];
  if (condition === undefined) return undefined;
  return { mnemonic: `tw${condition}${isImmediate ? 'i' : ''}`, operands: isImmediate ? 'RA,SI' : 'RA,RB' };
}

/** Branches: by what BO says of condition and count. The last bit of BO is a hint; the one before matters only with a count. */
function branchAlias(mnemonic: 'bc' | 'bclr' | 'bcctr', w: Word): Alias | undefined {
  const register = mnemonic.slice(2);
  const target = mnemonic === 'bc' ? 'BD' : '';
  const kind = w.rt & ~3;
  const form = (name: string, operands: string): Alias => {
    const all = [operands, target].filter((operand) => operand !== '').join(',');
    return { mnemonic: `b${name}${register}`, operands: all };
  };
  if (w.rt === 20 && w.ra === 0 && mnemonic !== 'bc') return form('', '');
  if (kind === 4) return form(BITS_CLEAR[w.ra & 3]!, 'OBI');
  if (kind === 12) return form(BITS_SET[w.ra & 3]!, 'OBI');
  if (mnemonic === 'bcctr') return undefined;
  const count = w.rt & 2 ? 'dz' : 'dnz';
  if ((w.rt & 0x1c) === 16 && w.ra === 0) return form(count, '');
  if ((w.rt & 0x1c) === 0) return form(`${count}f`, 'BI');
  if ((w.rt & 0x1c) === 8) return form(`${count}t`, 'BI');
  return undefined;
}

/** The hint of a simplified branch: `+` or `-`; none where it is unconditional. */
export function branchHint(mnemonic: string, w: Word): string {
  if (!mnemonic.startsWith('bc') || w.rt === 20) return '';
  return hintOf(w, mnemonic === 'bc');
}
