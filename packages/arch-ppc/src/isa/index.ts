export { ppc } from './backend.ts';
export * from './state.ts';
export { interruptsEnabled, updateMode, writeMsr } from './system/mode.ts';
export * from './system/registers.ts';
export { timeBaseLow } from './system/time-base.ts';
export * from './vectors.ts';
