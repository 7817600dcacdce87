import { layout } from '../state.ts';

/** Where a special-purpose register is kept. */
export type SprPlace =
  | { readonly kind: 'slot'; readonly name: string }
  | { readonly kind: 'word'; readonly offset: number }
  | { readonly kind: 'xer' | 'timeBaseLow' | 'timeBaseHigh' | 'decrementer' | 'addressSpace' };

/** A special-purpose register. PEM, table 2-1 and appendix of the processor's manual. */
export interface Spr {
  readonly number: number;
  readonly name: string;
  readonly read: SprPlace | undefined;
  readonly write: SprPlace | undefined;
}

const BATS = layout.array('bats').offset;
const OTHERS = layout.array('otherSprs').offset;

const slot = (name: string): SprPlace => ({ kind: 'slot', name });
const both = (number: number, name: string, place: SprPlace = slot(name)): Spr => {
  return { number, name, read: place, write: place };
};

const sprs: readonly Spr[] = [
  both(1, 'xer', { kind: 'xer' }),
  both(8, 'lr'),
  both(9, 'ctr'),
  both(18, 'dsisr'),
  both(19, 'dar'),
  both(22, 'dec', { kind: 'decrementer' }),
  { number: 25, name: 'sdr1', read: slot('sdr1'), write: { kind: 'addressSpace' } },
  both(26, 'srr0'),
  both(27, 'srr1'),
  { number: 268, name: 'tb', read: { kind: 'timeBaseLow' }, write: undefined },
  { number: 269, name: 'tbu', read: { kind: 'timeBaseHigh' }, write: undefined },
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((n) => both(272 + n, `sprg${n}`)),
  both(282, 'ear'),
  { number: 284, name: 'tbl', read: undefined, write: { kind: 'timeBaseLow' } },
  { number: 285, name: 'tbu', read: undefined, write: { kind: 'timeBaseHigh' } },
  { number: 287, name: 'pvr', read: slot('pvr'), write: undefined },
  // IBAT0U … IBAT3L, DBAT0U … DBAT3L.
  ...Array.from({ length: 16 }, (_, n) => {
    const name = `${n < 8 ? 'i' : 'd'}bat${(n >> 1) & 3}${n & 1 ? 'l' : 'u'}`;
    return both(528 + n, name, { kind: 'word', offset: BATS + 4 * n });
  }),
  both(1008, 'hid0'),
  both(1009, 'hid1'),
  both(1010, 'iabr'),
  both(1011, 'hid2'),
  both(1013, 'dabr'),
  // Performance monitor (936-959), then L2 control, thermal management and the like (1012, 1014-1023).
  ...Array.from({ length: 24 }, (_, n) => both(936 + n, `spr${936 + n}`, { kind: 'word', offset: OTHERS + 4 * n })),
  ...[1012, 1014, 1015, 1016, 1017, 1018, 1019, 1020, 1021, 1022, 1023].map((number) =>
    both(number, `spr${number}`, { kind: 'word', offset: OTHERS + 4 * (number - 1012 + 24) }),
  ),
];

const byNumber = new Map(sprs.map((spr) => [spr.number, spr]));

/** The register of that number; undefined if no model has it. */
export function findSpr(number: number): Spr | undefined {
  return byNumber.get(number);
}

/** Whether user mode must not touch it: bit 0 of the number's higher half. PEM, 8.2, mtspr. */
export function isPrivilegedSpr(number: number): boolean {
  return (number & 0x10) !== 0;
}
