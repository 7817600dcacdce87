/** What numbers are on IA-32 beyond what every ISA has (core's softfloat): 80-bit encodings, registers of three precisions. */
import type { Format } from '@kml/core/softfloat';

/** 80-bit encodings with the integer bit clear where it should be set: invalid since the 80387. */
export const UNSUPPORTED = 5;
/** An empty x87 register. */
export const EMPTY = 6;

/** x87 stack fault, with IE. */
export const SF = 0x40;

export const EXTENDED: Format = { precision: 64, minExponent: -16382, maxExponent: 16383, wrap: 24576 };
/** Results in x87 registers with the precision control set to 53 or 24 bits. */
export const EXTENDED_53: Format = { precision: 53, minExponent: -16382, maxExponent: 16383, wrap: 24576 };
export const EXTENDED_24: Format = { precision: 24, minExponent: -16382, maxExponent: 16383, wrap: 24576 };
