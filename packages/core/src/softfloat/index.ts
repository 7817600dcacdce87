/** Software floating point for every ISA: exact in all rounding modes, made of 32-bit integers. */
export * from './add.ts';
export * from './arithmetic.ts';
export * from './compare.ts';
export * from './divide.ts';
export * from './formats.ts';
export * from './fused.ts';
export * from './integral.ts';
export * from './multiply.ts';
export * from './number.ts';
export * from './round.ts';
export * from './sqrt.ts';
export * from './unit.ts';
export * from './words.ts';
