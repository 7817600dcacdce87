import { wasmTranslatorWith } from '@kml/core';
import { FlatMachine } from './flat-machine.ts';

const EAGER = wasmTranslatorWith({ batch: 1, maxWait: 1 });
export const CODE = 0x08048000;
export const DATA = 0x10000000;

/** A machine with a page for code and one for data, for floating point `native` or by the exact code. */
export function floatMachine(native: boolean, translated: boolean): FlatMachine {
  const m = new FlatMachine({
    without: native ? [] : ['nativeFp'],
    ...(translated ? { translator: EAGER, hotness: 2 } : {}),
  });
  m.map(CODE, 0x1000);
  m.map(DATA, 0x1000);
  return m;
}
