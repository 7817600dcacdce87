import { reg } from '../state.ts';
import { updateMode } from '../system/index.ts';
import { FlatMachine } from './flat-machine.ts';

export const CODE = 0x1000;
export const STACK = 0x6000;
const GDT = 0x3000;
const TSS_A = 0x4000;
const TSS_B = 0x4800;

/** Selectors of the table below. */
export const SEL = {
  code0: 0x08,
  data0: 0x10,
  code3: 0x18 | 3,
  data3: 0x20 | 3,
  conforming: 0x28,
  readOnly: 0x30,
  absent: 0x38,
  /** 4 KiB of data at 0x5000. */
  small: 0x40,
  executeOnly: 0x48,
  tssA: 0x50,
  tssB: 0x58,
  callGate: 0x60,
  beyond: 0x100,
} as const;

/** Low and high word of each slot. */
const TABLE: readonly (readonly [number, number])[] = [
  [0, 0],
  [0x0000ffff, 0x00cf9b00],
  [0x0000ffff, 0x00cf9300],
  [0x0000ffff, 0x00cffb00],
  [0x0000ffff, 0x00cff300],
  [0x0000ffff, 0x00cf9f00],
  [0x0000ffff, 0x00cf9100],
  [0x0000ffff, 0x00cf1300],
  [0x50000fff, 0x00409300],
  [0x0000ffff, 0x00cf9900],
  [(TSS_A << 16) | 0x67, 0x00008b00],
  [(TSS_B << 16) | 0x67, 0x00008900],
  [(SEL.code0 << 16) | CODE, 0x00008c00],
];

/** A flat machine with descriptor tables: what loads of segment registers and far transfers need. */
export class SegmentMachine extends FlatMachine {
  constructor(cpl: 0 | 3 = 0) {
    super({ cpl });
    for (const page of [CODE, 0x2000, GDT, TSS_A, 0x5000, STACK]) this.map(page, 0x1000);
    TABLE.forEach(([low, high], slot) => {
      this.write32(GDT + 8 * slot, low);
      this.write32(GDT + 8 * slot + 4, high);
    });
    this.set({
      gdtrBase: GDT,
      gdtrLimit: TABLE.length * 8 - 1,
      tr: SEL.tssA,
      trBase: TSS_A,
      trLimit: 0x67,
      trAttr: 0x8b,
    });
    this.set({ cs: cpl === 0 ? SEL.code0 : SEL.code3, esp: STACK + 0x800 });
    for (const name of ['fs', 'gs']) this.cpu.set(reg(name), 0);
    for (const name of ['ss', 'ds', 'es']) this.cpu.set(reg(name), cpl === 0 ? SEL.data0 : SEL.data3);
    updateMode(this.cpu);
  }

  write32(address: number, value: number): void {
    this.write(address, [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >>> 24) & 255]);
  }

  /** Access byte of a selector's descriptor. */
  access(selector: number): number {
    return this.read(GDT + (selector & 0xfff8) + 5, 1)[0]!;
  }

  /** Words of the second TSS, by byte offset. */
  fillTss(words: Readonly<Record<number, number>>): void {
    for (const [offset, value] of Object.entries(words)) this.write32(TSS_B + Number(offset), value);
  }
  tss(which: 'a' | 'b', offset: number): number {
    return this.read32((which === 'a' ? TSS_A : TSS_B) + offset);
  }

  /** Puts code at CODE and executes one instruction of it. */
  one(...bytes: number[]): this {
    this.write(CODE, bytes);
    this.run(CODE, 1);
    return this;
  }
}
