import { SITE_ADDRESS } from '../memory/memory-map.ts';
import type { Charge } from './clock-flow.ts';
import { pushClockWord, storeClockWord } from './clock-word.ts';
import { CodeWriter, OPCODE, WASM_TYPE } from './encoder.ts';
import type { ExitRecords, RecordNames } from './record-names.ts';
import { IMPORT_LEFT, PARAM_BACK, PARAM_STACK } from './region-abi.ts';
import { type Bits, members } from './slots.ts';

/** Where an exit left: what the engine needs to put pc, clock and deferred slots right. */
export interface SiteSink {
  readonly names: RecordNames;
  /** Gives the site's number. */
  add(site: Site): number;
}

export interface Site {
  readonly pc: number;
  readonly mode: number;
  /** It is left here for want of budget, before a block. */
  readonly isCheck: boolean;
  /** What the clock holds but was not executed; less than 0: what was executed and it does not hold. */
  readonly charge: Charge;
  readonly records: ExitRecords;
}

/** Exits that share their code: what they store. */
interface ExitClass {
  readonly dirty: Bits;
  /** Of the records: see RecordsHere.needs. */
  readonly needs: number;
}

/**
 * The cold exits of one region. Exits that have the same to store share their code; the site
 * number comes as the value of the branch, so that it costs nothing where the exit is not taken.
 */
export class Exits {
  private readonly classes: ExitClass[] = [];
  private readonly byKey = new Map<string, number>();

  /** Number of the exit class that stores these slots and parts of records. A branch to it leaves `number` labels more than the region's own. */
  classOf(dirty: Bits, needs: number): number {
    const key = `${dirty.join()},${needs}`;
    let number = this.byKey.get(key);
    if (number === undefined) {
      number = this.classes.length;
      this.classes.push({ dirty: dirty.slice(), needs });
      this.byKey.set(key, number);
    }
    return number;
  }

  /**
   * The whole function body: `prologue`, then the classes' blocks around `body`, which never falls through, and
   * behind them the code that stores, records site and clock, and leaves.
   */
  wrap(
    prologue: CodeWriter,
    body: CodeWriter,
    siteLocal: number,
    clockLocal: number,
    storeSlot: (code: CodeWriter, slot: number) => void,
    storeRecords: (code: CodeWriter, needs: number) => void,
  ): CodeWriter {
    const count = this.classes.length;
    const out = new CodeWriter(prologue.length + body.length + 512).append(prologue);
    if (count === 0) return out.append(body).byte(OPCODE.unreachable);
    out.byte(OPCODE.block).byte(0x40);
    for (let i = 0; i < count; i++) out.byte(OPCODE.block).byte(WASM_TYPE.i32);
    out.append(body).byte(OPCODE.unreachable);
    this.classes.forEach(({ dirty, needs }, number) => {
      out.end().set(siteLocal);
      for (const slot of members(dirty)) storeSlot(out, slot);
      storeRecords(out, needs);
      out.br(count - 1 - number);
    });
    out.end();
    out.i32Const(0).get(siteLocal).memory(OPCODE.i32Store, 2, SITE_ADDRESS);
    storeClockWord(out, clockLocal);
    out.get(PARAM_STACK).get(PARAM_BACK).call(IMPORT_LEFT);
    return pushClockWord(out);
  }
}
